/** One's own camera and microphone: what is wanted of them, and what there is. */
import { Emitter } from "../emitter";
import type { MediaKind } from "../protocol";
import { chosen, type DeviceProblem, deviceFor, openDevice, remember } from "./devices";

export interface Input {
  /** The person wants to be seen or heard. */
  on: boolean;
  track: MediaStreamTrack | null;
  problem: DeviceProblem | null;
  /** A device is being opened. */
  opening: boolean;
}

const KINDS: MediaKind[] = ["audio", "video"];

export class LocalMedia extends Emitter<{ change: MediaKind }> {
  readonly audio: Input = { on: true, track: null, problem: null, opening: false };
  readonly video: Input = { on: true, track: null, problem: null, opening: false };
  #closed = false;
  /** Counts openings by kind: only the last one's outcome counts. */
  readonly #turn = { audio: 0, video: 0 };

  /** Opens both, one after the other: browsers show one question for each, and one may be refused. */
  async start(): Promise<void> {
    for (const kind of KINDS) if (this[kind].on && !this[kind].track) await this.#open(kind);
  }

  /** Whether the kind is really sent. */
  sends(kind: MediaKind): boolean {
    return this[kind].on && this[kind].track !== null;
  }

  /** Camera or microphone on or off. The camera is closed when off, so that its light goes out. */
  async set(kind: MediaKind, on: boolean): Promise<void> {
    const input = this[kind];
    input.on = on;
    if (on && !input.track) return this.#open(kind);
    if (!on && kind === "video") this.#drop(kind);
    if (input.track) input.track.enabled = on;
    this.emit("change", kind);
  }

  /** Takes another device; the call goes on meanwhile. */
  async choose(kind: MediaKind, deviceId: string): Promise<void> {
    remember(deviceFor(kind), deviceId);
    if (this[kind].on || this[kind].track) await this.#open(kind);
  }

  close(): void {
    this.#closed = true;
    for (const kind of KINDS) this.#drop(kind);
  }

  async #open(kind: MediaKind): Promise<void> {
    const input = this[kind];
    const turn = ++this.#turn[kind];
    input.opening = true;
    input.problem = null;
    this.emit("change", kind);
    try {
      const track = await openDevice(kind, chosen(deviceFor(kind)));
      if (turn !== this.#turn[kind] || this.#closed || (!input.on && kind === "video")) return track.stop();
      const old = input.track;
      input.track = track;
      track.enabled = input.on;
      track.onended = () => this.#lost(kind, track);
      old?.stop();
    } catch (problem) {
      if (turn !== this.#turn[kind]) return;
      input.problem = problem as DeviceProblem;
    } finally {
      if (turn === this.#turn[kind]) input.opening = false;
    }
    this.emit("change", kind);
  }

  /** Unplugged, or taken away in the browser's settings. */
  #lost(kind: MediaKind, track: MediaStreamTrack): void {
    if (this[kind].track !== track) return;
    this.#drop(kind);
    this[kind].problem = "gone";
    this.emit("change", kind);
  }

  #drop(kind: MediaKind): void {
    const track = this[kind].track;
    this[kind].track = null;
    track?.stop();
  }
}
