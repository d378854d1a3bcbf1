/** One's seat in the call: for each join a fresh peer, and the messages that came while it was being made. */
import type { Link } from "./link";
import { counts, type Incoming } from "./media/adapt";
import type { Adaption } from "./media/adaption";
import type { LocalMedia } from "./media/local";
import { Peer, type PeerEvents } from "./media/peer";
import type { RemoteMedia } from "./media/remote";
import type { Joined, ServerMessage } from "./protocol";

type MediaMessage = Extract<ServerMessage, { type: "producer" | "producer_paused" | "producer_closed" }>;

/** How often what is asked for is brought in line with what is shown. */
const LOOK_MS = 1_000;

export interface SeatEvents {
  flowing: (flowing: boolean) => void;
  /** This browser can't do calls at all. */
  unsupported: () => void;
}

export class Seat {
  #peer: Peer | null = null;
  #early: MediaMessage[] = [];
  /** How what comes in arrives, by producer. */
  readonly #receptions = new Map<string, { score: number; layer: number | null }>();
  /** Since when a producer is to be seen or heard, of those that our line is judged by. */
  #due = new Map<string, number>();
  /** Counts joins: a peer that is ready too late is thrown away. */
  #turn = 0;

  constructor(
    private readonly link: Link,
    private readonly local: LocalMedia,
    private readonly remote: RemoteMedia,
    private readonly adaption: Adaption,
    private readonly events: SeatEvents,
  ) {
    link.on("joined", (joined) => void this.#sit(joined));
    link.on("state", (state) => state === "replaced" && this.leave());
    local.on("change", (source) => this.#peer?.sync(source));
    link.socket.on("producer", (message) => this.#hear(message));
    link.socket.on("producer_paused", (message) => this.#hear(message));
    link.socket.on("producer_closed", (message) => this.#hear(message));
    link.socket.on("layers", ({ producer, score, layer }) => this.#receptions.set(producer, { score, layer }));
    addEventListener("online", () => void this.#peer?.restartIce());
    // From Wi-Fi to mobile data without having been offline in between.
    networkChanges(() => void this.#peer?.restartIce());
    setInterval(() => this.#look(), LOOK_MS);
    adaption.on("change", () => this.#prefer());
    for (const event of ["visibilitychange", "enterpictureinpicture", "leavepictureinpicture"])
      document.addEventListener(event, () => this.#prefer(), true);
  }

  leave(): void {
    this.#turn++;
    this.#early = [];
    this.#peer?.close();
    this.#peer = null;
    this.#receptions.clear();
    this.remote.clear();
  }

  async #sit(joined: Joined): Promise<void> {
    this.leave();
    const turn = this.#turn;
    const current = () => turn === this.#turn;
    const events: PeerEvents = {
      flowing: (flowing) => current() && this.events.flowing(flowing),
      broken: () => current() && this.link.rejoin(),
    };
    try {
      const peer = await Peer.open(joined, (request) => this.link.ask(request), this.local, this.remote, events);
      if (!current()) return peer.close();
      this.#peer = peer;
      this.#early.splice(0).forEach((message) => this.#hear(message));
    } catch (error) {
      if (!current()) return;
      if (error instanceof Error && error.name === "UnsupportedError") this.events.unsupported();
      else this.link.rejoin();
    }
  }

  /** How well it goes, and what follows. */
  #look(): void {
    const peer = this.#peer;
    if (!peer || this.link.state !== "in") return;
    const now = performance.now();
    const due = new Map<string, number>();
    const incoming: Incoming[] = [];
    for (const [producer, { score, layer }] of this.#receptions) {
      const info = peer.expects(producer);
      if (!info || !counts(info, this.remote.tiles.main)) continue;
      const since = this.#due.get(producer) ?? now;
      due.set(producer, since);
      const starved = peer.isLayered(producer) && (layer === null || peer.standsStill(producer));
      incoming.push({ score, lost: peer.lost(producer), starved, dueMs: now - since });
    }
    this.#due = due;
    this.adaption.see(incoming, peer.outgoing());
    this.#prefer();
  }

  #prefer(): void {
    this.#peer?.lower(this.adaption.sends);
    this.#peer?.prefer(({ peer, source }) => {
      const width = this.remote.tiles.width(peer, source);
      // A screen is worth more than a face: it is only given up for sound.
      return source === "screen" && width > 0 && this.adaption.receives !== "sound" ? 2 : this.adaption.layer(width);
    });
  }

  #hear(message: MediaMessage): void {
    const peer = this.#peer;
    if (!peer) {
      this.#early.push(message);
      return;
    }
    if (message.type === "producer") peer.add([message.producer]);
    else if (message.type === "producer_paused") peer.paused(message.producer, message.paused);
    else {
      this.#receptions.delete(message.producer);
      peer.remove(message.producer);
    }
  }
}

/** Where a browser can tell. */
function networkChanges(changed: () => void): void {
  const { connection } = navigator as Navigator & { connection?: EventTarget & { type?: string } };
  let type = connection?.type;
  connection?.addEventListener("change", () => {
    if (connection.type === type) return;
    type = connection.type;
    changed();
  });
}
