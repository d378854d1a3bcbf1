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
const LONGEST_PATIENCE_MS = 60_000;
/** A rise that didn't last this long was too early. */
const TOO_EARLY_MS = 30_000;
/** So long after a rise, what the line is thought to carry still comes of the time when next to nothing was sent. */
const SETTLES_MS = 12_000;

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

/** Whether the line is still being felt out after a rise. */
export function isSettling(at: Ladder, now: number): boolean {
  return now - at.roseAt < SETTLES_MS;
}

/** Shares of packets that a line loses, from which on it is bad and up to which it is good. */
const HEAVY_LOSS = 0.25;
const LIGHT_LOSS = 0.1;

/** What has come over several lines may have been lost on each of them. */
function gradeLoss(lost: number, lines = 1): Grade {
  const together = (share: number) => 1 - (1 - share) ** lines;
  if (lost > together(HEAVY_LOSS)) return "bad";
  return lost < together(LIGHT_LOSS) ? "good" : "fair";
}

function gradeScore(score: number): Grade {
  if (score <= 3) return "bad";
  return score >= 7 ? "good" : "fair";
}

/** What is known of what comes in. */
export interface Incoming {
  /** 0 to 10, as the media node gives it. It remembers two dozen reports, of which sound has one in five seconds. */
  score: number;
  /** Share of packets that were lost lately, 0 to 1, as the browser counts it; none while nothing comes. */
  lost: number | null;
  /** A picture in layers is wanted, and none comes, or none that can be shown. */
  starved: boolean;
  /** How long it has been due, ms: whoever begins anew, their line having risen later than ours, needs a while. */
  dueMs: number;
}

/** Whether our line is judged by it: one guest's weak line mustn't take everybody's picture. */
export function counts({ peer, source }: Pick<ProducerInfo, "peer" | "source">, main: string | null): boolean {
  return peer === main || source === "screen" || source === "screen_sound";
}

/** As good as the worst of it. What the browser counts itself is newer than the score; it came over the other's line, too. */
export function gradeIn(streams: Incoming[]): Grade {
  const grades = streams.map(({ score, lost, starved, dueMs }) => {
    if (!starved && lost !== null) return gradeLoss(lost, 2);
    const grade = starved ? "bad" : gradeScore(score);
    return grade === "bad" && dueMs < SETTLES_MS ? "fair" : grade;
  });
  return (["bad", "fair"] as const).find((grade) => grades.includes(grade)) ?? "good";
}

/** What the browser says of what goes out. */
export interface Outgoing {
  /** What the line carries, bit/s; none while it isn't known. */
  available: number | null;
  /** Share of packets that were lost, 0 to 1; none while the other end hasn't told lately. */
  lost: number | null;
}

/** What the line is thought to carry doesn't grow much beyond what is sent: who sends less can't be asked for more. */
export function gradeOut({ available, lost }: Outgoing, sends: Step, settling = false): Grade {
  const loss = lost === null ? "fair" : gradeLoss(lost);
  if (loss === "bad" || sends === "sound" || available === null) return loss;
  if (available < 90_000) return settling ? "fair" : "bad";
  return sends === "small" || available > 180_000 ? loss : "fair";
}
