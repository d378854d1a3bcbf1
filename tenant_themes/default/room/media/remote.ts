/** The others' pictures and sounds on the page, person by person. */
import { pageLoaded } from "../dom";
import { Emitter } from "../emitter";
import type { MediaKind, MediaSource, ProducerInfo } from "../protocol";
import type { Tiles } from "../tiles";
import { chosen } from "./devices";

/** Not sent, muted by them, on its way, or here. */
export type Flow = "none" | "paused" | "starting" | "on";

interface Entry {
  info: ProducerInfo;
  track: MediaStreamTrack;
  /** A packet has come. */
  seen: boolean;
}

const OF_A_PERSON: Record<MediaKind, MediaSource> = { audio: "microphone", video: "camera" };

export class RemoteMedia extends Emitter<{ change: null }> {
  readonly #entries = new Map<string, Entry>();
  #speaker = chosen("speaker");
  /** The browser wants a tap before it plays sound. */
  blocked = false;

  constructor(readonly tiles: Tiles) {
    super();
    void pageLoaded.then(() => {
      tiles.ready();
      if (this.#entries.size > 0) void this.play();
    });
    // Any tap will do, not only one on the button that asks for it.
    addEventListener("pointerdown", () => this.blocked && void this.play());
  }

  /** The picture that a small window shows. */
  get video(): HTMLVideoElement {
    return this.tiles.first;
  }

  /** What is known of the main person's picture or voice. */
  state(kind: MediaKind): Flow {
    const found = this.#of(OF_A_PERSON[kind]).filter(({ info }) => info.peer === this.tiles.main);
    if (found.length === 0) return "none";
    const open = found.filter((entry) => !entry.info.paused);
    if (open.length === 0) return "paused";
    return open.some((entry) => entry.seen) ? "on" : "starting";
  }

  /** Whether somebody shows their screen. */
  get screen(): boolean {
    return this.#of("screen").length > 0;
  }

  add(info: ProducerInfo, track: MediaStreamTrack): void {
    const entry = { info, track, seen: !track.muted };
    this.#entries.set(info.producer, entry);
    // A received track is "muted" until its first packet; later silence isn't a reason to hide the picture.
    track.onunmute = () => {
      entry.seen = true;
      this.emit("change", null);
    };
    this.tiles.put(info.peer, info.source, track);
    void this.play();
    void this.speak(this.#speaker);
    this.#show();
  }

  pause(producer: string, paused: boolean): void {
    const entry = this.#entries.get(producer);
    if (entry) entry.info = { ...entry.info, paused };
    this.#show();
  }

  remove(producer: string): void {
    const entry = this.#entries.get(producer);
    if (!entry) return;
    this.#entries.delete(producer);
    this.tiles.take(entry.info.peer, entry.info.source, entry.track);
    this.#show();
  }

  /** How loud somebody is heard, 0 to 1; kept for what they send later. */
  loudness(peer: string, volume: number): void {
    this.tiles.loudness(peer, volume);
  }

  /** Who the main person is from now on. */
  seat(peer: string): void {
    if (peer === this.tiles.main) return;
    this.tiles.seat(peer);
    void this.play();
    void this.speak(this.#speaker);
    this.#show();
  }

  clear(): void {
    for (const producer of [...this.#entries.keys()]) this.remove(producer);
  }

  /** Plays; if the browser refuses sound, at least the pictures. */
  async play(): Promise<void> {
    // Of an empty stream the answer doesn't come until something is in it.
    const videos = this.tiles.videos.filter(({ srcObject }) => srcObject instanceof MediaStream && srcObject.getTracks().length > 0);
    if (videos.length === 0) return;
    const played = await Promise.allSettled(videos.map((video) => this.#unmuted(video)));
    this.blocked = played.some(({ status, ...rest }) => status === "rejected" && refused((rest as PromiseRejectedResult).reason));
    if (this.blocked)
      for (const video of videos) {
        video.muted = true;
        await video.play().catch(() => undefined);
      }
    this.emit("change", null);
  }

  async speak(deviceId: string): Promise<void> {
    this.#speaker = deviceId;
    if (!deviceId) return;
    for (const video of this.tiles.videos)
      if ("setSinkId" in video) await video.setSinkId(deviceId).catch(() => undefined);
  }

  async #unmuted(video: HTMLVideoElement): Promise<void> {
    video.muted = this.tiles.isSilent(video);
    await video.play();
  }

  #of(source: MediaSource): Entry[] {
    return [...this.#entries.values()].filter(({ info }) => info.source === source);
  }

  #show(): void {
    for (const [peer, tile] of this.tiles.people) {
      const of = (source: MediaSource) => this.#of(source).filter(({ info }) => info.peer === peer && !info.paused);
      tile.element.classList.toggle("has-picture", of("camera").some(({ seen }) => seen));
      tile.element.classList.toggle("is-muted", of("microphone").length === 0);
    }
    this.emit("change", null);
  }
}

function refused(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "NotAllowedError";
}
