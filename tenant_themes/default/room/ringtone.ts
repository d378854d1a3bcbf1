/** Sounds, synthesised; of rings, soft struck notes for who is called and a low pulse for who calls. */

export interface Pattern {
  /** Frequency in hertz, start and length in seconds. */
  notes: { hz: number; at: number; length: number }[];
  everyMs: number;
  loudness: number;
}

export const INCOMING: Pattern = {
  notes: [
    { hz: 659.3, at: 0, length: 0.9 },
    { hz: 880, at: 0.18, length: 0.9 },
    { hz: 1108.7, at: 0.36, length: 1.1 },
  ],
  everyMs: 2_400,
  loudness: 0.16,
};
export const OUTGOING: Pattern = { notes: [{ hz: 440, at: 0, length: 1.2 }], everyMs: 4_000, loudness: 0.05 };
export const TEST: Pattern = { ...INCOMING, everyMs: 0 };

let context: AudioContext | undefined;

/** The page's audio context; browsers keep it silent until the person has done something here. */
export function audioContext(): AudioContext {
  if (!context) {
    const made = (context = new AudioContext());
    const wake = () => void made.resume();
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, wake, { capture: true });
  }
  return context;
}

/** Plays a pattern, once if it doesn't repeat, and silently while it isn't `wanted`; returns what stops it. */
export function play(pattern: Pattern, wanted = () => true): () => void {
  const audio = audioContext();
  void audio.resume();
  const out = audio.createGain();
  out.connect(audio.destination);
  const round = () => audio.state === "running" && wanted() && strike(audio, out, pattern);
  // A context that is only now waking up is told by its event; the interval would be late.
  audio.addEventListener("statechange", round, { once: true });
  round();
  const timer = pattern.everyMs ? setInterval(round, pattern.everyMs) : 0;
  return () => {
    clearInterval(timer);
    audio.removeEventListener("statechange", round);
    out.gain.setTargetAtTime(0, audio.currentTime, 0.03);
    setTimeout(() => out.disconnect(), 300);
  };
}

function strike(audio: AudioContext, out: AudioNode, pattern: Pattern): void {
  for (const note of pattern.notes) {
    const start = audio.currentTime + note.at;
    const tone = audio.createOscillator();
    const shape = audio.createGain();
    tone.frequency.value = note.hz;
    shape.gain.setValueAtTime(0, start);
    shape.gain.linearRampToValueAtTime(pattern.loudness, start + 0.012);
    shape.gain.exponentialRampToValueAtTime(0.0005, start + note.length);
    tone.connect(shape).connect(out);
    tone.start(start);
    tone.stop(start + note.length);
  }
}
