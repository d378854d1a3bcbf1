/** One device in another's place. */
import type { DeviceProblem } from "./devices";

/** What it needs of a track. */
interface Running {
  stop(): void;
  getSettings(): { deviceId?: string };
}

/**
 * Opens a device while another of ours runs, so that nobody is without a picture in between; whoever asks stops that
 * one. Phones run one camera at a time: there ours is stopped first, and opened again if the other can't be had even so.
 * The same device is stopped first everywhere.
 * `ours` is none once nobody waits for the outcome any more. Throws a [`DeviceProblem`] if none is open in the end.
 */
export async function exchange<T extends Running>(
  open: (deviceId: string) => Promise<T>,
  wanted: string,
  ours: () => T | null,
): Promise<{ track: T; problem: DeviceProblem | null }> {
  let running = ours();
  if (!running) return { track: await open(wanted), problem: null };
  const deviceId = running.getSettings().deviceId ?? "";
  // A device that is opened twice stays set as it was the first time.
  const isSame = ["", deviceId].includes(wanted);
  if (!isSame) {
    try {
      return { track: await open(wanted), problem: null };
    } catch (problem) {
      running = ours();
      if (problem !== "busy" || !running) throw problem;
    }
  }
  running.stop();
  try {
    return { track: await open(wanted), problem: null };
  } catch (problem) {
    if (!ours()) throw problem;
    const track = await open(deviceId).catch(() => Promise.reject(problem));
    return { track, problem: problem as DeviceProblem };
  }
}
