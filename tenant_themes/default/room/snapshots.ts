/** Stills of oneself for lists, while one sells in a live call and agrees to it; loaded only where that is possible. */
import { api, ApiError } from "./api";
import type { SnapshotTerms } from "./config";
import { find } from "./dom";
import type { Room } from "./room";

/** How often a still is renewed, how long one that was taken away stays so, and how often it is looked what to do. */
const EACH_MS = 60_000;
const AWAY_MS = 10_000;
const LOOK_MS = 2_000;
const MOST_WIDE = 640;
const MOST_HIGH = 360;
/** The server takes no more. */
const MOST_BYTES = 100 * 1024;
/** Neither signed in nor the seller of this call. */
const REFUSED = [401, 403, 404];
/** Tried one after the other, until a still is small enough. */
const QUALITIES = [0.8, 0.5];

export class Snapshots {
  readonly #box: HTMLInputElement;
  readonly #video: HTMLVideoElement;
  /** As the server has it. */
  #agreed: boolean;
  /** What the person said last: nothing more is sent of who takes it back, whatever becomes of the message. */
  #wanted: boolean;
  #triedAt = -Infinity;
  /** There may be a still in lists, also one that was sent before this page was loaded. */
  #shown: boolean;
  #busy = false;
  readonly #timer: number;
  /** The person is to be told once a call that it works, and after having switched it on. */
  #fresh = true;

  constructor(
    private readonly room: Room,
    private readonly terms: SnapshotTerms,
  ) {
    this.#box = find<HTMLInputElement>("input[data-snapshots]", room.root);
    this.#video = find<HTMLVideoElement>("#self-video", room.root);
    this.#agreed = this.#wanted = this.#shown = terms.agreed;
    this.#box.checked = terms.agreed;
    this.#box.addEventListener("change", () => void this.#answer(this.#box.checked));
    this.#timer = window.setInterval(() => void this.#look(), LOOK_MS);
  }

  async #answer(given: boolean): Promise<void> {
    this.#wanted = given;
    this.#box.disabled = true;
    try {
      await api("PUT", "/api/v1/selling/snapshots", { given, text_version: this.terms.text_version });
      this.#agreed = given;
      this.#fresh = given;
      this.#triedAt = -Infinity;
      if (given) return;
      this.#shown = false;
      this.#tell("removed", "info");
    } catch (problem) {
      this.#tell("failed", "error", problem);
    } finally {
      this.#box.disabled = false;
      this.#box.checked = this.#agreed;
    }
  }

  /** One thing after the other: what is taken away isn't overtaken by what was sent before. */
  async #look(): Promise<void> {
    const { call } = this.room.state;
    // With the call its stills are gone.
    if (call?.phase === "settling" || call?.phase === "ended") return clearInterval(this.#timer);
    if (this.#busy) return;
    this.#busy = true;
    try {
      await (this.#isToBeShown() ? this.#show() : this.#hide());
    } finally {
      this.#busy = false;
    }
  }

  #isToBeShown(): boolean {
    return this.#agreed && this.#wanted && this.#isSeen();
  }

  async #show(): Promise<void> {
    const now = performance.now();
    if (now - this.#triedAt < EACH_MS) return;
    this.#triedAt = now;
    const still = await this.#take();
    if (!still || !this.#isToBeShown()) return;
    this.#shown = true;
    try {
      await api("PUT", this.#path, still);
      if (this.#fresh) this.#tell("shown", "success");
      this.#fresh = false;
    } catch (problem) {
      if (!(problem instanceof ApiError) || problem.code !== "no_consent") return;
      // Taken back in another window.
      this.#agreed = this.#box.checked = false;
    }
  }

  async #hide(): Promise<void> {
    if (!this.#shown) return;
    try {
      await api("DELETE", this.#path);
      this.#shown = false;
      this.#triedAt = performance.now() - EACH_MS + AWAY_MS;
    } catch (problem) {
      // Whoever is refused needn't ask again; all else is tried again.
      if (problem instanceof ApiError && REFUSED.includes(problem.status)) this.#shown = false;
    }
  }

  get #path(): string {
    return `/api/v1/calls/${this.room.config.call_id}/snapshot`;
  }

  /** The call is live, and the other sees this picture. */
  #isSeen(): boolean {
    const { state, local } = this.room;
    const { track } = local.video;
    const flows = state.call?.phase === "live" && state.link === "in" && state.flowing && state.sends !== "sound";
    return flows && local.sends("video") && track !== null && track.enabled && !track.muted && this.#video.videoWidth > 0;
  }

  async #take(): Promise<Blob | null> {
    const { videoWidth, videoHeight } = this.#video;
    const scale = Math.min(1, MOST_WIDE / videoWidth, MOST_HIGH / videoHeight);
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(videoWidth * scale);
    canvas.height = Math.round(videoHeight * scale);
    canvas.getContext("2d")?.drawImage(this.#video, 0, 0, canvas.width, canvas.height);
    for (const quality of QUALITIES) {
      const still = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
      if (still && still.size <= MOST_BYTES) return still;
    }
    return null;
  }

  #tell(key: string, tone: "info" | "success" | "error", problem?: unknown): void {
    const told = problem instanceof ApiError && problem.message;
    this.room.tell({ id: "snapshots", text: told || this.room.say(`snapshot.${key}`), tone });
  }
}
