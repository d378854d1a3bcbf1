/** Keeps a call going on a weak connection: less picture first, then sound only, and back when it has been good a while. */
import { Emitter } from "../emitter";
import { gradeIn, gradeOut, type Incoming, isSettling, ladder, layerFor, look, type Outgoing, type Step } from "./adapt";

const now = () => performance.now();

export class Adaption extends Emitter<{ change: null }> {
  #in = ladder(now());
  #out = ladder(now());

  /** How much of the others' pictures is asked for. */
  get receives(): Step {
    return this.#in.step;
  }

  /** How much of one's own picture goes out. */
  get sends(): Step {
    return this.#out.step;
  }

  /** Takes in how things stand; called about once a second while media flows. */
  see(incoming: Incoming[], outgoing: Outgoing): void {
    const before = [this.receives, this.sends];
    const at = now();
    if (incoming.length > 0) this.#in = look(this.#in, gradeIn(incoming), at);
    this.#out = look(this.#out, gradeOut(outgoing, this.sends, isSettling(this.#out, at)), at);
    if (before[0] !== this.receives || before[1] !== this.sends) this.emit("change", null);
  }

  /** The person wants to see how it is now. */
  retry(): void {
    const at = now();
    // As after a rise: what is known of the line comes of the time when next to nothing was sent.
    this.#in = { ...ladder(at), roseAt: at };
    this.#out = { ...ladder(at), roseAt: at };
    this.emit("change", null);
  }

  /** The layer to ask for of a picture that is shown so wide. */
  layer(width: number): number | null {
    const wanted = layerFor(width);
    if (wanted === null || this.receives === "sound") return null;
    return this.receives === "small" ? 0 : wanted;
  }
}
