/** One's seat in the call: for each join a fresh peer, and the messages that came while it was being made. */
import type { Link } from "./link";
import type { LocalMedia } from "./media/local";
import { Peer, type PeerEvents } from "./media/peer";
import type { RemoteMedia } from "./media/remote";
import type { Joined, ServerMessage } from "./protocol";

type MediaMessage = Extract<ServerMessage, { type: "producer" | "producer_paused" | "producer_closed" }>;

export interface SeatEvents {
  flowing: (flowing: boolean) => void;
  /** This browser can't do calls at all. */
  unsupported: () => void;
}

export class Seat {
  #peer: Peer | null = null;
  #early: MediaMessage[] = [];
  /** Counts joins: a peer that is ready too late is thrown away. */
  #turn = 0;

  constructor(
    private readonly link: Link,
    private readonly local: LocalMedia,
    private readonly remote: RemoteMedia,
    private readonly events: SeatEvents,
  ) {
    link.on("joined", (joined) => void this.#sit(joined));
    link.on("state", (state) => state === "replaced" && this.leave());
    local.on("change", (kind) => this.#peer?.sync(kind));
    link.socket.on("producer", (message) => this.#hear(message));
    link.socket.on("producer_paused", (message) => this.#hear(message));
    link.socket.on("producer_closed", (message) => this.#hear(message));
    addEventListener("online", () => void this.#peer?.restartIce());
  }

  leave(): void {
    this.#turn++;
    this.#early = [];
    this.#peer?.close();
    this.#peer = null;
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

  #hear(message: MediaMessage): void {
    const peer = this.#peer;
    if (!peer) {
      this.#early.push(message);
      return;
    }
    if (message.type === "producer") peer.add([message.producer]);
    else if (message.type === "producer_paused") peer.paused(message.producer, message.paused);
    else peer.remove(message.producer);
  }
}
