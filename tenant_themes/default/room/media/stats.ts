/** What the browser says of the line out. */
import type { types } from "mediasoup-client";
import type { Outgoing } from "./adapt";

interface Pair {
  type: string;
  nominated?: boolean;
  state?: string;
  availableOutgoingBitrate?: number;
}

export class Outgoings {
  #last: Outgoing = { available: null, lost: 0 };
  #asking = false;
  /** When the other end last told what it lost, by stream: what it told long ago says nothing of now. */
  #told = new Map<string, number>();

  /** What was known last; asks anew meanwhile. */
  read(transport: types.Transport | null): Outgoing {
    if (transport?.connectionState === "connected" && !this.#asking) void this.#ask(transport);
    return this.#last;
  }

  async #ask(transport: types.Transport): Promise<void> {
    this.#asking = true;
    try {
      const report = await transport.getStats();
      let available: number | null = null;
      const losses: number[] = [];
      report.forEach((stat: Pair & { id: string; timestamp: number; fractionLost?: number }) => {
        if (stat.type === "candidate-pair" && stat.state === "succeeded" && stat.nominated !== false)
          available = stat.availableOutgoingBitrate ?? available;
        if (stat.type !== "remote-inbound-rtp" || stat.fractionLost === undefined) return;
        if (this.#told.get(stat.id) !== stat.timestamp) losses.push(stat.fractionLost);
        this.#told.set(stat.id, stat.timestamp);
      });
      this.#last = { available, lost: Math.max(0, ...losses) };
    } catch {
      // The transport closed meanwhile.
    } finally {
      this.#asking = false;
    }
  }
}
