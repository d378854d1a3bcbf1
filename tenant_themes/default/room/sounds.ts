/** The ring, and small sounds for what happens in a call; each can be switched off, and stays so in this browser. */
import { INCOMING, OUTGOING, type Pattern, play, TEST } from "./ringtone";
import { keep, recall } from "./storage";

export const CHIMES = ["ring", "join", "leave", "warning", "message"] as const;
export type Chime = (typeof CHIMES)[number];

/** Notes one after the other, in hertz. */
const notes = (loudness: number, length: number, ...hz: number[]): Pattern => ({
  notes: hz.map((hertz, index) => ({ hz: hertz, at: index * 0.12, length })),
  everyMs: 0,
  loudness,
});

const PATTERNS: Record<Chime, Pattern> = {
  ring: TEST,
  join: notes(0.07, 0.5, 523.3, 784),
  leave: notes(0.07, 0.5, 784, 523.3),
  warning: notes(0.1, 0.7, 880, 880),
  message: notes(0.05, 0.3, 1046.5),
};

/** Whether it is heard. */
export function chimes(chime: Chime): boolean {
  return recall(`room.chime.${chime}`) !== "off";
}

export function setChime(chime: Chime, on: boolean): void {
  keep(`room.chime.${chime}`, on ? "on" : "off");
  if (on) play(PATTERNS[chime]);
}

/** Rings until it is stopped by what this returns. Switching it on or off counts at once, in other tabs as well. */
export function ring(which: "incoming" | "outgoing"): () => void {
  return play(which === "incoming" ? INCOMING : OUTGOING, () => chimes("ring"));
}

/** For whoever tries their speaker; heard in any case. */
export function testSound(): void {
  play(TEST);
}

export function chime(which: Chime): void {
  if (chimes(which)) play(PATTERNS[which]);
}
