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
      report.forEach((stat: Pair & { fractionLost?: number }) => {
        if (stat.type === "candidate-pair" && stat.state === "succeeded" && stat.nominated !== false)
          available = stat.availableOutgoingBitrate ?? available;
        if (stat.type === "remote-inbound-rtp" && stat.fractionLost !== undefined) losses.push(stat.fractionLost);
      });
      this.#last = { available, lost: Math.max(0, ...losses) };
    } catch {
      // The transport closed meanwhile.
    } finally {
      this.#asking = false;
    }
  }
}
