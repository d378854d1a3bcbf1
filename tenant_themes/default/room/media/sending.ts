/** In which qualities what goes out is sent. */
import type { types } from "mediasoup-client";
import type { MediaSource } from "../protocol";

export const VIDEO_START_KBPS = 600;

/** A camera in three sizes: each receiver gets the one that its tile and its line have use for. */
const CAMERA: types.RtpEncodingParameters[] = [
  { maxBitrate: 130_000, scaleResolutionDownBy: 4 },
  { maxBitrate: 420_000, scaleResolutionDownBy: 2 },
  { maxBitrate: 1_300_000, scaleResolutionDownBy: 1 },
];

/** A screen is looked at in full: letters that are halved can't be read. */
const OTHERS: Record<Exclude<MediaSource, "camera">, types.RtpEncodingParameters[]> = {
  microphone: [{ maxBitrate: 40_000 }],
  screen: [{ maxBitrate: 2_000_000 }],
  screen_sound: [{ maxBitrate: 96_000 }],
};

export function encodings(source: MediaSource): types.RtpEncodingParameters[] {
  // The browser writes into what it is given.
  return structuredClone(source === "camera" ? CAMERA : OTHERS[source]);
}

/** Whether a picture goes or comes in several sizes. */
export function isLayered({ encodings }: types.RtpParameters): boolean {
  if ((encodings?.length ?? 0) > 1) return true;
  return /^[LS][2-9]/.test(encodings?.[0]?.scalabilityMode ?? "");
}
