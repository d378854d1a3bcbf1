/** What a measured line is good for, in a word; pure. */

export interface Line {
  /** What came through, kbit/s. */
  kbps: number;
  /** Share of packets that didn't, 0 to 1. */
  loss: number;
  /** There and back, milliseconds. */
  rttMs: number;
  /** It went through a relay. */
  relayed: boolean;
}

export type Verdict = "good" | "sound" | "none";
export type Advice = "slow" | "loss" | "delay" | "blocked";

/** What a picture of the middle size takes, with its sound. */
const VIDEO_KBPS = 300;
const SOUND_KBPS = 30;

export function verdictOf(line: Line | null): Verdict {
  if (!line || line.kbps < SOUND_KBPS || line.loss > 0.25 || line.rttMs > 1_500) return "none";
  return line.kbps >= VIDEO_KBPS && line.loss <= 0.06 && line.rttMs <= 500 ? "good" : "sound";
}

/** What would help, the likeliest first. */
export function adviceFor(line: Line | null): Advice[] {
  if (!line || line.kbps === 0) return ["blocked"];
  const found: [Advice, boolean][] = [
    ["loss", line.loss > 0.06],
    ["slow", line.kbps < VIDEO_KBPS],
    ["delay", line.rttMs > 500],
  ];
  return found.filter(([, applies]) => applies).map(([advice]) => advice);
}
