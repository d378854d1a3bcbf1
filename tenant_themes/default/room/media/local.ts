/** One's own camera, microphone and screen: what is wanted of them, and what there is. */
import { Emitter } from "../emitter";
import type { MediaKind, MediaSource } from "../protocol";
import { chosen, type DeviceProblem, deviceFor, listDevices, openDevice, openScreen, remember, watchPermission } from "./devices";
import { exchange } from "./exchange";

export interface Input {
  /** The person wants to be seen or heard. */
  on: boolean;
  track: MediaStreamTrack | null;
  problem: DeviceProblem | null;
  /** A device is being opened. */
  opening: boolean;
}

interface Events {
  change: MediaSource;
  /** A device went away, and another took its place. */
  replaced: MediaKind;
}

const KINDS: MediaKind[] = ["audio", "video"];
const SOURCES: Record<MediaKind, MediaSource> = { audio: "microphone", video: "camera" };

export class LocalMedia extends Emitter<Events> {
  readonly audio: Input = { on: true, track: null, problem: null, opening: false };
  readonly video: Input = { on: true, track: null, problem: null, opening: false };
  #screen: MediaStream | null = null;
  #closed = false;
  /** Counts openings by kind: only the last one's outcome counts. */
  readonly #turn = { audio: 0, video: 0 };

  /** Opens both, one after the other: browsers show one question for each, and one may be refused. */
  async start(): Promise<void> {
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.#plugged());
    for (const kind of KINDS) {
      watchPermission(deviceFor(kind), () => this[kind].problem === "denied" && void this.#open(kind));
      if (this[kind].on && !this[kind].track) await this.#open(kind);
    }
  }

  /** Whether the kind is really sent. */
  sends(kind: MediaKind): boolean {
    return this[kind].on && this[kind].track !== null;
  }

  /** Whether one's screen is shown. */
  get presents(): boolean {
    return this.#screen !== null;
  }

  /** What a source gives now. */
  track(source: MediaSource): MediaStreamTrack | null {
    switch (source) {
      case "microphone":
        return this.audio.track;
      case "camera":
        return this.video.track;
      case "screen":
        return this.#screen?.getVideoTracks()[0] ?? null;
      case "screen_sound":
        return this.#screen?.getAudioTracks()[0] ?? null;
    }
  }

  /** Whether a source is to be heard or seen. */
  open(source: MediaSource): boolean {
    if (source === "microphone") return this.sends("audio");
    return source === "camera" ? this.sends("video") : true;
  }

  /** What keeps a source from giving anything. */
  problem(source: MediaSource): DeviceProblem | null {
    if (source === "microphone") return this.audio.problem;
    // A screen that isn't shown any more is as good as a device that is gone.
    return source === "camera" ? this.video.problem : "gone";
  }

  /** Camera or microphone on or off. The camera is closed when off, so that its light goes out. */
  async set(kind: MediaKind, on: boolean): Promise<void> {
    const input = this[kind];
    input.on = on;
    if (!on && kind === "video") this.#drop(kind);
    if (input.track) input.track.enabled = on;
    if (on && (!input.track || input.problem)) return this.#open(kind);
    this.emit("change", SOURCES[kind]);
  }

  /** Takes another device; the call goes on meanwhile. */
  async choose(kind: MediaKind, deviceId: string): Promise<void> {
    remember(deviceFor(kind), deviceId);
    await this.reopen(kind);
  }

  /** Opens the device anew: how it is to be used has changed. */
  async reopen(kind: MediaKind): Promise<void> {
    if (this[kind].on || this[kind].track) await this.#open(kind);
  }

  /** The next camera: on a phone the one on its other side. */
  async flip(): Promise<void> {
    const { camera } = await listDevices();
    const current = this.video.track?.getSettings().deviceId;
    const index = camera.findIndex(({ deviceId }) => deviceId === current);
    const next = camera[(index + 1) % camera.length];
    if (next) await this.choose("video", next.deviceId);
  }

  /** Shows one's screen; false if the person thought better of it. */
  async present(): Promise<boolean> {
    const screen = await openScreen();
    if (!screen) return false;
    if (this.#closed) {
      for (const track of screen.getTracks()) track.stop();
      return false;
    }
    this.#screen = screen;
    // The browser has a button of its own to stop it.
    for (const track of screen.getVideoTracks()) track.onended = () => this.#screen === screen && this.stopPresenting();
    this.#tellScreen();
    return true;
  }

  stopPresenting(): void {
    const screen = this.#screen;
    this.#screen = null;
    for (const track of screen?.getTracks() ?? []) track.stop();
    if (screen) this.#tellScreen();
  }

  close(): void {
    this.#closed = true;
    this.stopPresenting();
    for (const kind of KINDS) this.#drop(kind);
  }

  async #open(kind: MediaKind): Promise<void> {
    const input = this[kind];
    const turn = ++this.#turn[kind];
    input.opening = true;
    input.problem = null;
    this.emit("change", SOURCES[kind]);
    const isWanted = () => turn === this.#turn[kind] && !this.#closed && (input.on || kind === "audio");
    // Where somebody else has the chosen one and none of ours runs, another is better than none.
    const instead = (problem: DeviceProblem) =>
      problem === "busy" && !input.track && isWanted() ? openDevice(kind, "") : Promise.reject(problem);
    const open = (deviceId: string) => openDevice(kind, deviceId).catch(instead);
    try {
      const { track, problem } = await exchange(open, chosen(deviceFor(kind)), () => (isWanted() ? input.track : null));
      if (!isWanted()) return track.stop();
      const old = input.track;
      input.track = track;
      input.problem = problem;
      // The other one couldn't be had: it isn't to be tried again each time.
      if (problem) remember(deviceFor(kind), track.getSettings().deviceId ?? "");
      track.enabled = input.on;
      track.onended = () => void this.#lost(kind, track);
      old?.stop();
    } catch (problem) {
      if (turn !== this.#turn[kind]) return;
      input.problem = problem as DeviceProblem;
      // It was stopped to make room for the other, and can't be had any more either.
      if (input.track?.readyState === "ended") this.#drop(kind);
    } finally {
      if (turn === this.#turn[kind]) input.opening = false;
    }
    this.emit("change", SOURCES[kind]);
  }

  /** Unplugged, or taken away in the browser's settings: another takes its place, if there is one. */
  async #lost(kind: MediaKind, track: MediaStreamTrack): Promise<void> {
    if (this[kind].track !== track) return;
    this.#drop(kind);
    await this.#open(kind);
    if (this[kind].track) this.emit("replaced", kind);
    else if (this[kind].problem === "missing") this[kind].problem = "gone";
    this.emit("change", SOURCES[kind]);
  }

  /** What was missing may be there now. */
  async #plugged(): Promise<void> {
    const devices = await listDevices();
    for (const kind of KINDS) {
      const { on, track, problem } = this[kind];
      const absent = on && !track && (problem === "gone" || problem === "missing");
      if (absent && devices[deviceFor(kind)].length > 0) await this.#open(kind);
    }
  }

  #tellScreen(): void {
    this.emit("change", "screen");
    this.emit("change", "screen_sound");
  }

  #drop(kind: MediaKind): void {
    const track = this[kind].track;
    this[kind].track = null;
    track?.stop();
  }
}
