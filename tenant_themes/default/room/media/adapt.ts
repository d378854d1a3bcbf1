/**
 * How much picture a connection gets, as pure functions: which layer a tile of some size has use for, and the ladder
 * that a weak connection goes down (full picture, smallest picture, sound only) and up again.
 */
import type { ProducerInfo } from "../protocol";

/** Widths in device pixels up to which a quarter and a half of the camera's picture are enough. */
const QUARTER_UP_TO = 400;
const HALF_UP_TO = 800;

/** The best layer of use for a picture shown so wide; none if it isn't shown. */
export function layerFor(width: number): number | null {
  if (width <= 0) return null;
  if (width <= QUARTER_UP_TO) return 0;
  return width <= HALF_UP_TO ? 1 : 2;
}

export type Grade = "good" | "fair" | "bad";
export const STEPS = ["full", "small", "sound"] as const;
export type Step = (typeof STEPS)[number];

export interface Ladder {
  step: Step;
  /** What the connection has been, and since when. */
  grade: Grade;
  since: number;
  /** How long it must be good before the next step up is tried. */
  patience: number;
  /** When it last went up. */
  roseAt: number;
}

const FALL_AFTER_MS = 4_000;
const RISE_AFTER_MS = 10_000;
const LONGEST_PATIENCE_MS = 120_000;
/** A rise that didn't last this long was too early. */
const TOO_EARLY_MS = 30_000;

export function ladder(now: number): Ladder {
  return { step: "full", grade: "good", since: now, patience: RISE_AFTER_MS, roseAt: -Infinity };
}

/** Where the connection stands after having been looked at. */
export function look(at: Ladder, grade: Grade, now: number): Ladder {
  if (grade !== at.grade) return { ...at, grade, since: now };
  const lasted = now - at.since;
  const index = STEPS.indexOf(at.step);
  if (grade === "bad" && lasted >= FALL_AFTER_MS && index < 2) {
    const early = now - at.roseAt < TOO_EARLY_MS;
    const patience = early ? Math.min(LONGEST_PATIENCE_MS, at.patience * 2) : at.patience;
    return { ...at, step: STEPS[index + 1] as Step, since: now, patience };
  }
  if (grade === "good" && lasted >= at.patience && index > 0)
    return { ...at, step: STEPS[index - 1] as Step, since: now, roseAt: now };
  return at;
}

/** What is known of what comes in. */
export interface Incoming {
  /** 0 to 10, as the media node gives it. */
  score: number;
  /** A picture in layers is wanted, and none comes. */
  starved: boolean;
}

/** Whether our line is judged by it: one guest's weak line mustn't take everybody's picture. */
export function counts({ peer, source }: Pick<ProducerInfo, "peer" | "source">, main: string | null): boolean {
  return peer === main || source === "screen" || source === "screen_sound";
}

export function gradeIn(streams: Incoming[]): Grade {
  const worst = Math.min(10, ...streams.map((stream) => stream.score));
  if (worst <= 3 || streams.some((stream) => stream.starved)) return "bad";
  return worst >= 7 ? "good" : "fair";
}

/** What the browser says of what goes out. */
export interface Outgoing {
  /** What the line carries, bit/s; none while it isn't known. */
  available: number | null;
  /** Share of packets that were lost, 0 to 1. */
  lost: number;
}

/** What the line is thought to carry doesn't grow much beyond what is sent: who sends less can't be asked for more. */
export function gradeOut({ available, lost }: Outgoing, sends: Step): Grade {
  const carries = sends === "sound" || available === null ? Infinity : available;
  if (lost > 0.25 || carries < 90_000) return "bad";
  return lost < 0.1 && (sends === "small" || carries > 180_000) ? "good" : "fair";
}
