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

/** Opens a camera or microphone; throws a [`DeviceProblem`]. */
export async function openDevice(kind: MediaKind, deviceId: string): Promise<MediaStreamTrack> {
  if (!navigator.mediaDevices) throw "insecure" satisfies DeviceProblem;
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
  // `ideal`: a device that was unplugged since gives way to another instead of failing.
  const device = deviceId ? { deviceId: { ideal: deviceId } } : {};
  if (kind === "audio") return { ...device, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
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
