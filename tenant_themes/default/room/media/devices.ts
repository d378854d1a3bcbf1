/** Camera, microphone and speaker: which there are, which was chosen, and why one can't be had. */
import type { MediaKind } from "../protocol";
import { keep, recall } from "../storage";

export type DeviceKind = "camera" | "microphone" | "speaker";
/** What stands in the way of a device; each has its own advice in the words. */
export type DeviceProblem = "denied" | "missing" | "busy" | "insecure" | "gone" | "failed";

const INPUT = { audio: "microphone", video: "camera" } as const;
const BROWSER_KIND: Record<DeviceKind, MediaDeviceKind> = {
  camera: "videoinput",
  microphone: "audioinput",
  speaker: "audiooutput",
};

export function deviceFor(kind: MediaKind): "camera" | "microphone" {
  return INPUT[kind];
}

/** Whether this browser lets a page choose where sound comes out. */
export function canChooseSpeaker(): boolean {
  return "setSinkId" in HTMLMediaElement.prototype;
}

/** Devices by kind; without names until the person has allowed one. */
export async function listDevices(): Promise<Record<DeviceKind, MediaDeviceInfo[]>> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const of = (kind: DeviceKind) => all.filter((device) => device.kind === BROWSER_KIND[kind] && device.deviceId !== "");
  return { camera: of("camera"), microphone: of("microphone"), speaker: of("speaker") };
}

/** The device chosen last, on any call in this browser. */
export function chosen(kind: DeviceKind): string {
  return recall(`room.${kind}`);
}

export function remember(kind: DeviceKind, id: string): void {
  keep(`room.${kind}`, id);
}

/** What the browser does to the microphone's sound. */
export const CLEANERS = ["noise", "echo", "gain"] as const;
export type Cleaner = (typeof CLEANERS)[number];

/** Whether it does, which it does unless it was switched off. */
export function cleans(what: Cleaner): boolean {
  return recall(`room.${what}`) !== "off";
}

export function setCleaner(what: Cleaner, on: boolean): void {
  keep(`room.${what}`, on ? "on" : "off");
}

/** Whether this browser can show a screen to others; phones can't. */
export function canPresent(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === "function";
}

/** Asks which screen, window or tab is to be shown; none if the person thinks better of it. */
export async function openScreen(): Promise<MediaStream | null> {
  try {
    const screen = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 15, max: 30 } }, audio: true });
    for (const track of screen.getVideoTracks()) track.contentHint = "detail";
    return screen;
  } catch (error) {
    if (problemOf(error) === "denied") return null;
    throw error;
  }
}

/** Tells when a permission is given that wasn't; browsers that can't say it don't. */
export function watchPermission(device: "camera" | "microphone", given: () => void): void {
  const asked = navigator.permissions?.query({ name: device as PermissionName });
  asked?.then(
    (status) => status.addEventListener("change", () => status.state === "granted" && given()),
    () => undefined,
  );
}

/** Opens a camera or microphone; one that isn't there any more gives way to another. Throws a [`DeviceProblem`]. */
export async function openDevice(kind: MediaKind, deviceId: string): Promise<MediaStreamTrack> {
  if (!navigator.mediaDevices) throw "insecure" satisfies DeviceProblem;
  try {
    return await openThis(kind, deviceId);
  } catch (problem) {
    if (problem !== "missing" || !deviceId) throw problem;
    return openThis(kind, "");
  }
}

async function openThis(kind: MediaKind, deviceId: string): Promise<MediaStreamTrack> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ [kind]: constraints(kind, deviceId) });
    const track = stream.getTracks()[0];
    if (track) return track;
  } catch (error) {
    throw problemOf(error);
  }
  throw "missing" satisfies DeviceProblem;
}

function constraints(kind: MediaKind, deviceId: string): MediaTrackConstraints {
  // `ideal` is less than a wish to Chromium: it gives the first device all the same.
  const device = deviceId ? { deviceId: { exact: deviceId } } : {};
  if (kind === "audio")
    return {
      ...device,
      echoCancellation: cleans("echo"),
      noiseSuppression: cleans("noise"),
      autoGainControl: cleans("gain"),
    };
  return { ...device, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
}

function problemOf(error: unknown): DeviceProblem {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    case "SecurityError":
      return "insecure";
    default:
      return "failed";
  }
}
