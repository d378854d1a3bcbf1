/** Stills of oneself for lists, while one sells in a live call and agrees to it; loaded only where that is possible. */
import { api, ApiError } from "./api";
import type { SnapshotTerms } from "./config";
import { find } from "./dom";
import type { Room } from "./room";

/** How often a still is renewed, and how often it is looked whether one can be taken. */
const EACH_MS = 60_000;
const LOOK_MS = 2_000;
const MOST_WIDE = 640;
const MOST_HIGH = 360;
/** The server takes no more. */
const MOST_BYTES = 100 * 1024;
/** Tried one after the other, until a still is small enough. */
const QUALITIES = [0.8, 0.5];

export class Snapshots {
  readonly #box: HTMLInputElement;
  readonly #video: HTMLVideoElement;
  #agreed: boolean;
  #triedAt = -Infinity;
  /** The person is to be told once a call that it works, and after having switched it on. */
  #fresh = true;

  constructor(
    private readonly room: Room,
    private readonly terms: SnapshotTerms,
  ) {
    this.#box = find<HTMLInputElement>("input[data-snapshots]", room.root);
    this.#video = find<HTMLVideoElement>("#self-video", room.root);
    this.#agreed = terms.agreed;
    this.#box.checked = terms.agreed;
    this.#box.addEventListener("change", () => void this.#answer(this.#box.checked));
    setInterval(() => void this.#look(), LOOK_MS);
  }

  async #answer(given: boolean): Promise<void> {
    // What is taken back is taken back at once, whatever becomes of the message.
    if (!given) this.#agreed = false;
    this.#box.disabled = true;
    try {
      await api("PUT", "/api/v1/selling/snapshots", { given, text_version: this.terms.text_version });
      this.#agreed = given;
      this.#fresh = given;
      this.#triedAt = -Infinity;
      if (!given) this.#tell("removed", "info");
    } catch (problem) {
      this.#tell("failed", "error", problem);
    } finally {
      this.#box.disabled = false;
      this.#box.checked = this.#agreed;
    }
  }

  async #look(): Promise<void> {
    const now = performance.now();
    if (!this.#agreed || now - this.#triedAt < EACH_MS || !this.#isSeen()) return;
    this.#triedAt = now;
    const still = await this.#take();
    if (!still || !this.#agreed) return;
    try {
      await api("PUT", `/api/v1/calls/${this.room.config.call_id}/snapshot`, still);
      if (this.#fresh) this.#tell("shown", "success");
      this.#fresh = false;
    } catch (problem) {
      if (!(problem instanceof ApiError) || problem.code !== "no_consent") return;
      // Taken back in another window.
      this.#agreed = this.#box.checked = false;
    }
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
