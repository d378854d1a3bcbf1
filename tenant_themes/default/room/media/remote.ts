/** The other person's picture and sound on the page. */
import { pageLoaded } from "../dom";
import { Emitter } from "../emitter";
import type { MediaKind } from "../protocol";
import { chosen } from "./devices";

/** Not sent, muted by them, on its way, or here. */
export type Flow = "none" | "paused" | "starting" | "on";

export class RemoteMedia extends Emitter<{ change: null }> {
  readonly #stream = new MediaStream();
  readonly #tracks = new Map<string, { track: MediaStreamTrack; kind: MediaKind; paused: boolean; seen: boolean }>();
  /** The browser wants a tap before it plays sound. */
  blocked = false;

  constructor(readonly video: HTMLVideoElement) {
    super();
    void pageLoaded.then(() => {
      video.srcObject = this.#stream;
      if (this.#tracks.size > 0) void this.play();
    });
    video.addEventListener("resize", () => this.#fit());
    addEventListener("resize", () => this.#fit());
    // Any tap will do, not only one on the button that asks for it.
    addEventListener("pointerdown", () => this.blocked && void this.play());
    const speaker = chosen("speaker");
    if (speaker) void this.speak(speaker);
  }

  /** What is known of the other's picture or sound. */
  state(kind: MediaKind): Flow {
    const found = [...this.#tracks.values()].filter((entry) => entry.kind === kind);
    if (found.length === 0) return "none";
    const open = found.filter((entry) => !entry.paused);
    if (open.length === 0) return "paused";
    return open.some((entry) => entry.seen) ? "on" : "starting";
  }

  add(producer: string, kind: MediaKind, track: MediaStreamTrack, paused: boolean): void {
    const entry = { kind, track, paused, seen: !track.muted };
    this.#tracks.set(producer, entry);
    // A received track is "muted" until its first packet; later silence isn't a reason to hide the picture.
    track.onunmute = () => {
      entry.seen = true;
      this.emit("change", null);
    };
    this.#stream.addTrack(track);
    void this.play();
    this.emit("change", null);
  }

  pause(producer: string, paused: boolean): void {
    const entry = this.#tracks.get(producer);
    if (entry) entry.paused = paused;
    this.emit("change", null);
  }

  remove(producer: string): void {
    const entry = this.#tracks.get(producer);
    if (!entry) return;
    this.#tracks.delete(producer);
    this.#stream.removeTrack(entry.track);
    this.emit("change", null);
  }

  clear(): void {
    for (const producer of [...this.#tracks.keys()]) this.remove(producer);
  }

  /** Plays; if the browser refuses sound, at least the picture. */
  async play(): Promise<void> {
    if (!this.video.srcObject) return;
    try {
      this.video.muted = false;
      await this.video.play();
      this.blocked = false;
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      this.blocked = true;
      this.video.muted = true;
      await this.video.play().catch(() => undefined);
    }
    this.emit("change", null);
  }

  async speak(deviceId: string): Promise<void> {
    if ("setSinkId" in this.video) await this.video.setSinkId(deviceId).catch(() => undefined);
  }

  /** A picture that is much wider or taller than its space is cut less than filling it would. */
  #fit(): void {
    const { videoWidth: width, videoHeight: height, clientWidth, clientHeight } = this.video;
    if (!width || !height || !clientWidth) return;
    const cut = width / height / (clientWidth / clientHeight);
    this.video.classList.toggle("is-wide", cut > 1.8);
    this.video.classList.toggle("is-tall", cut < 0.6);
  }
}
