/**
 * Where the others' pictures stand: one tile a person, of which the template draws the main one's, and one that is large
 * for a screen that somebody shows. With several people, whoever speaks has a frame.
 */
import { find, h } from "./dom";
import { watchLevel } from "./media/level";
import { SoftVoice } from "./media/soft";
import type { MediaSource } from "./protocol";

export interface Tile {
  element: HTMLElement;
  video: HTMLVideoElement;
}

interface Place extends Tile {
  stream: MediaStream;
  name: HTMLElement | null;
  voice: MediaStreamTrack | null;
  soft: SoftVoice;
  /** How loud the voice was lately. */
  loudness: number;
  /** Set while it is listened to. */
  stopListening: (() => void) | null;
}

/** Louder than breathing. */
const SPEAKS_ABOVE = 0.35;
const LOOK_MS = 300;

export class Tiles {
  readonly #places = new Map<string, Place>();
  readonly #first: Tile;
  readonly #screen: HTMLVideoElement;
  readonly #screenStream = new MediaStream();
  readonly #names = new Map<string, string>();
  readonly #volumes = new Map<string, number>();
  #main: string | null = null;
  #loaded = false;
  #left = false;

  constructor(private readonly stage: HTMLElement) {
    const video = find<HTMLVideoElement>("#other-video", stage);
    this.#first = { video, element: video.closest<HTMLElement>(".tile") ?? stage };
    this.#screen = find<HTMLVideoElement>("#screen-video", stage);
    addEventListener("resize", () => this.#fit());
    setInterval(() => this.#frame(), LOOK_MS);
    this.#arrange();
  }

  /** Whom the template's tile is for: the other one of the two whom the call is between; none before they were there. */
  get main(): string | null {
    return this.#main;
  }

  /** Gives the template's tile to a person, wherever they stood before. */
  seat(peer: string): void {
    if (peer === this.#main) return;
    // Whoever joins again is another peer: nothing comes of the old one any more.
    if (this.#main !== null) this.#close(this.#main);
    this.#main = peer;
    const before = this.#places.get(peer);
    if (before) {
      this.#close(peer);
      const place = this.#open(peer);
      for (const track of before.stream.getTracks()) place.stream.addTrack(track);
      place.voice = before.stream.getAudioTracks()[0] ?? null;
      this.#sound(peer, place);
    }
    this.#arrange();
  }

  /** Whoever the template's tile is for has left the talk to the others, or is back. */
  leave(left: boolean): void {
    if (left === this.#left) return;
    this.#left = left;
    this.#arrange();
  }

  get first(): HTMLVideoElement {
    return this.#first.video;
  }

  get videos(): HTMLVideoElement[] {
    return [...[...this.#places.values()].map(({ video }) => video), this.#screen];
  }

  get people(): ReadonlyMap<string, Tile> {
    return this.#places;
  }

  /** Streams may be played now. */
  ready(): void {
    this.#loaded = true;
    for (const place of this.#places.values()) place.video.srcObject = place.stream;
    this.#screen.srcObject = this.#screenStream;
  }

  /** What a person is called, where there are several. */
  name(peer: string, name: string): void {
    this.#names.set(peer, name);
    const element = this.#places.get(peer)?.name;
    if (element) element.textContent = name;
  }

  /** How loud a person is heard, 0 to 1. */
  loudness(peer: string, volume: number): void {
    this.#volumes.set(peer, volume);
    const place = this.#places.get(peer);
    if (place) this.#sound(peer, place);
  }

  /** Players that stay silent, because their voices are played otherwise. */
  isSilent(video: HTMLVideoElement): boolean {
    return [...this.#places.values()].some((place) => place.video === video && place.soft.plays);
  }

  put(peer: string, source: MediaSource, track: MediaStreamTrack): void {
    if (source === "screen" || source === "screen_sound") this.#screenStream.addTrack(track);
    else {
      const place = this.#places.get(peer) ?? this.#open(peer);
      place.stream.addTrack(track);
      if (source === "microphone") {
        this.#hear(place, track);
        this.#sound(peer, place);
      }
    }
    this.#arrange();
  }

  take(peer: string, source: MediaSource, track: MediaStreamTrack): void {
    this.#screenStream.removeTrack(track);
    const place = this.#places.get(peer);
    if (place) {
      place.stream.removeTrack(track);
      if (source === "microphone") {
        this.#hear(place, null);
        place.soft.stop();
      }
      if (place.stream.getTracks().length === 0) this.#close(peer);
    }
    this.#arrange();
  }

  /** How wide somebody's picture is shown, in device pixels; 0 if it isn't. */
  width(peer: string, source: MediaSource): number {
    const video = source === "screen" ? this.#screen : this.#places.get(peer)?.video;
    if (!video) return 0;
    const inWindow = document.pictureInPictureElement === video;
    if (inWindow) return Math.max(1, this.#window?.width ?? 1) * devicePixelRatio;
    return document.hidden ? 0 : video.clientWidth * devicePixelRatio;
  }

  /** The small window, while there is one. */
  #window: PictureInPictureWindow | null = null;

  #open(peer: string): Place {
    const made = peer === this.#main ? { ...this.#first, name: null } : this.#make(peer);
    const place: Place = { ...made, stream: new MediaStream(), voice: null, soft: new SoftVoice(made.video), loudness: 0, stopListening: null };
    this.#places.set(peer, place);
    this.#sound(peer, place);
    if (this.#loaded) place.video.srcObject = place.stream;
    place.video.onresize = () => this.#fit();
    place.video.onenterpictureinpicture = (event) =>
      (this.#window = (event as PictureInPictureEvent).pictureInPictureWindow);
    return place;
  }

  #make(peer: string): Tile & { name: HTMLElement } {
    const video = h("video", { autoplay: true, playsinline: true });
    const name = h("span", {}, this.#names.get(peer) ?? "");
    const cover = h("div", { class: "tile-cover" });
    const element = h("div", { class: "tile tile-other tile-more", "data-peer": peer }, video, cover, h("p", { class: "tile-name" }, name));
    this.#first.element.after(element);
    return { element, video, name };
  }

  #close(peer: string): void {
    const place = this.#places.get(peer);
    if (!place) return;
    this.#places.delete(peer);
    this.#hear(place, null);
    place.soft.stop();
    place.element.classList.remove("is-speaking");
    if (place.video !== this.first) place.element.remove();
    else place.video.srcObject = null;
  }

  #arrange(): void {
    // The template's tile stands there even while nothing comes of its person, unless the others need its room.
    const empty = ![...this.#places.values()].some(({ video }) => video === this.first);
    const gone = empty && this.#left && this.#places.size > 0;
    this.#first.element.hidden = gone;
    this.stage.dataset["people"] = String(this.#places.size + (empty && !gone ? 1 : 0));
    for (const place of this.#places.values()) this.#listen(place);
    const screen = this.#screenStream.getVideoTracks().length > 0;
    this.stage.toggleAttribute("data-screen", screen);
    this.#fit();
  }

  #sound(peer: string, place: Place): void {
    const volume = this.#volumes.get(peer) ?? 1;
    if (place.voice) place.voice.enabled = volume > 0;
    place.soft.set(place.voice, volume);
  }

  #hear(place: Place, voice: MediaStreamTrack | null): void {
    place.stopListening?.();
    place.stopListening = null;
    place.voice = voice;
  }

  /** Only among several it matters who speaks. */
  #listen(place: Place): void {
    const several = this.#places.size > 1;
    if (!several) return this.#hear(place, place.voice);
    if (!place.voice || place.stopListening) return;
    place.stopListening = watchLevel(place.voice, (level) => (place.loudness = Math.max(level, place.loudness * 0.9)));
  }

  /** The loudest of those who speak; with one other person a frame would say nothing. */
  #frame(): void {
    const places = [...this.#places.values()];
    const loudest = places.length > 1 ? places.reduce((best, place) => (place.loudness > best.loudness ? place : best)) : null;
    for (const place of places)
      place.element.classList.toggle("is-speaking", place === loudest && place.loudness > SPEAKS_ABOVE);
  }

  /** A picture that is much wider or taller than its space is cut less than filling it would. */
  #fit(): void {
    for (const { video } of this.#places.values()) {
      const { videoWidth: width, videoHeight: height, clientWidth, clientHeight } = video;
      if (!width || !height || !clientWidth) continue;
      const cut = width / height / (clientWidth / clientHeight);
      video.classList.toggle("is-wide", cut > 1.8);
      video.classList.toggle("is-tall", cut < 0.6);
    }
  }
}
