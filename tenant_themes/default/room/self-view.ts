/** One's own picture and the microphone's meter. */
import { find, pageLoaded } from "./dom";
import { watchLevel } from "./media/level";
import type { LocalMedia } from "./media/local";

export function selfView(root: HTMLElement, local: LocalMedia): void {
  const video = find<HTMLVideoElement>("#self-video", root);
  const meters = root.querySelectorAll<HTMLElement>("[data-level]");
  let heard: MediaStreamTrack | null = null;
  let stop = () => {};

  const show = (level: number) => {
    for (const meter of meters) {
      meter.style.setProperty("--level", level.toFixed(2));
      meter.setAttribute("aria-valuenow", String(Math.round(level * 100)));
    }
  };
  const picture = () => {
    const { track } = local.video;
    const shown = (video.srcObject as MediaStream | null)?.getVideoTracks()[0] ?? null;
    if (shown === track) return;
    video.srcObject = track ? new MediaStream([track]) : null;
    // The back camera of a phone is no mirror.
    video.classList.toggle("is-mirrored", track?.getSettings().facingMode !== "environment");
    void video.play().catch(() => undefined);
  };
  const sound = () => {
    const { track } = local.audio;
    if (track === heard) return;
    stop();
    heard = track;
    stop = track ? watchLevel(track, show) : () => {};
  };
  local.on("change", () => {
    void pageLoaded.then(picture);
    sound();
  });
}
