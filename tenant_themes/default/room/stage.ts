/** What the stage does by itself: the bar that hides, one's own picture that can be moved, full screen, small window. */
import { dialogOpen } from "./dialogs";

const IDLE_MS = 4_000;

/** Hides the bar when nothing has moved for a while; never while something in it has the focus or a dialog is open. */
export function hideBarWhenIdle(root: HTMLElement, bar: HTMLElement): void {
  let timer = 0;
  const focused = () => bar.querySelector(":focus-visible") !== null;
  const hide = () => {
    if (root.dataset["face"] !== "live" || focused() || dialogOpen() || bar.matches(":hover")) return wake();
    root.classList.add("is-idle");
  };
  const wake = () => {
    root.classList.remove("is-idle");
    clearTimeout(timer);
    timer = setTimeout(hide, IDLE_MS);
  };
  for (const event of ["pointermove", "pointerdown", "keydown", "focusin"]) document.addEventListener(event, wake);
  wake();
}

const CORNERS = ["top-left", "top-right", "bottom-left", "bottom-right"] as const;
type Corner = (typeof CORNERS)[number];

/** Lets one's own picture be dragged, or moved with arrow keys, to any corner of the stage. */
export function movable(stage: HTMLElement, tile: HTMLElement): void {
  let corner: Corner = matchMedia("(max-width: 767px)").matches ? "top-right" : "bottom-right";
  const settle = (next: Corner) => {
    corner = next;
    tile.dataset["corner"] = next;
    tile.style.removeProperty("transform");
  };
  settle(corner);
  dragging(tile, () => {
    const box = tile.getBoundingClientRect();
    const area = stage.getBoundingClientRect();
    const left = box.left + box.width / 2 < area.left + area.width / 2;
    const top = box.top + box.height / 2 < area.top + area.height / 2;
    settle(`${top ? "top" : "bottom"}-${left ? "left" : "right"}`);
  });
  tile.addEventListener("keydown", (event) => {
    const [vertical, horizontal] = corner.split("-") as ["top" | "bottom", "left" | "right"];
    if (event.key === "ArrowUp") settle(`top-${horizontal}`);
    else if (event.key === "ArrowDown") settle(`bottom-${horizontal}`);
    else if (event.key === "ArrowLeft") settle(`${vertical}-left`);
    else if (event.key === "ArrowRight") settle(`${vertical}-right`);
    else return;
    event.preventDefault();
  });
}

function dragging(tile: HTMLElement, dropped: () => void): void {
  let from: { x: number; y: number } | null = null;
  tile.addEventListener("pointerdown", (event) => {
    if (tile.closest("[data-layout=live]") === null || event.button !== 0) return;
    from = { x: event.clientX, y: event.clientY };
    tile.setPointerCapture(event.pointerId);
    tile.classList.add("is-dragged");
  });
  tile.addEventListener("pointermove", (event) => {
    if (from) tile.style.transform = `translate(${event.clientX - from.x}px, ${event.clientY - from.y}px)`;
  });
  const end = () => {
    if (!from) return;
    from = null;
    tile.classList.remove("is-dragged");
    dropped();
  };
  tile.addEventListener("pointerup", end);
  tile.addEventListener("pointercancel", end);
}

let awake: WakeLockSentinel | null = null;

/** Keeps a phone's screen on while it matters. */
export async function keepAwake(on: boolean): Promise<void> {
  if (!navigator.wakeLock || document.hidden || on === (awake !== null && !awake.released)) return;
  const lock = awake;
  awake = null;
  // Refused on low battery: the call goes on all the same.
  if (on) awake = await navigator.wakeLock.request("screen").catch(() => null);
  else await lock?.release();
}

export function canFullscreen(): boolean {
  return document.fullscreenEnabled === true;
}

export async function toggleFullscreen(): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.documentElement.requestFullscreen();
}

export function canPip(): boolean {
  return document.pictureInPictureEnabled === true;
}

export async function togglePip(video: HTMLVideoElement): Promise<void> {
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
  else if (video.readyState > 0) await video.requestPictureInPicture();
}
