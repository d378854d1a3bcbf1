/** What the browser says of the line, out and in. */
import type { types } from "mediasoup-client";
import type { Outgoing } from "./adapt";

interface Pair {
  type: string;
  nominated?: boolean;
  state?: string;
  availableOutgoingBitrate?: number;
}

interface Told extends Pair {
  id: string;
  timestamp: number;
  fractionLost?: number;
}

/** What the other end told of its losses counts so long: of sound it tells each five seconds, and that may be lost. */
const TOLD_MS = 12_000;

/** Reads a transport's statistics in the background. */
abstract class Reading {
  #asking = false;

  /** Asks anew, unless an answer is on its way. */
  async ask(transport: types.Transport | null): Promise<void> {
    if (transport?.connectionState !== "connected" || this.#asking) return;
    this.#asking = true;
    try {
      this.take(await transport.getStats());
    } catch {
      // The transport closed meanwhile.
    } finally {
      this.#asking = false;
    }
  }

  protected abstract take(report: RTCStatsReport): void;
}

export class Outgoings extends Reading {
  /** What was known last. */
  last: Outgoing = { available: null, lost: null };
  /** What the other end told last, by stream, and when. */
  readonly #told = new Map<string, { lost: number; timestamp: number; at: number }>();

  /** What the other end told until now counts no more, only what it tells from now on. */
  forget(): void {
    for (const [id, told] of this.#told) this.#told.set(id, { ...told, at: -Infinity });
    this.last = { ...this.last, lost: null };
  }

  protected take(report: RTCStatsReport): void {
    const now = performance.now();
    let available: number | null = null;
    report.forEach((stat: Told) => {
      if (stat.type === "candidate-pair" && stat.state === "succeeded" && stat.nominated !== false)
        available = stat.availableOutgoingBitrate ?? available;
      const { id, timestamp, fractionLost: lost } = stat;
      if (stat.type !== "remote-inbound-rtp" || lost === undefined) return;
      if (this.#told.get(id)?.timestamp !== timestamp) this.#told.set(id, { lost, timestamp, at: now });
    });
    const lately = [...this.#told.values()].filter(({ at }) => now - at < TOLD_MS);
    // Silence is no good news: what is told of a bad line gets lost on it, too.
    this.last = { available, lost: lately.length > 0 ? Math.max(...lately.map(({ lost }) => lost)) : null };
  }
}

interface Inbound {
  type: string;
  ssrc?: number;
  packetsReceived?: number;
  packetsLost?: number;
  framesDecoded?: number;
}

/** A picture that hasn't moved for so long stands still. */
const STILL_MS = 3_000;

export class Arrivals extends Reading {
  readonly #streams = new Map<number, { received: number; missing: number; lost: number | null; frames: number; movedAt: number }>();

  /** Share of a stream's packets that were lost lately; none while nothing comes of it. */
  lost(ssrc: number | undefined): number | null {
    return this.#streams.get(ssrc ?? -1)?.lost ?? null;
  }

  /** Packets of a picture come, but none that it could be made of. */
  standsStill(ssrc: number | undefined): boolean {
    const stream = this.#streams.get(ssrc ?? -1);
    return stream !== undefined && stream.lost !== null && performance.now() - stream.movedAt > STILL_MS;
  }

  protected take(report: RTCStatsReport): void {
    const now = performance.now();
    report.forEach(({ type, ssrc, packetsReceived: received = 0, packetsLost: missing = 0, framesDecoded: frames = 0 }: Inbound) => {
      if (type !== "inbound-rtp" || ssrc === undefined) return;
      const before = this.#streams.get(ssrc);
      const came = received - (before?.received ?? 0);
      const failed = Math.max(0, missing - (before?.missing ?? 0));
      const share = came + failed > 0 ? failed / (came + failed) : null;
      // A second has few packets: half of what was before counts as well.
      const lost = share === null || before?.lost == null ? share : (share + before.lost) / 2;
      const movedAt = before && before.frames === frames ? before.movedAt : now;
      this.#streams.set(ssrc, { received, missing, lost, frames, movedAt });
    });
  }
}
