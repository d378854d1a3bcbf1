/** How loud a track is, for the microphone's meter. */
import { audioContext } from "../ringtone";

const PERIOD_MS = 80;

/** Reports loudness from 0 to 1 until the returned function is called. */
export function watchLevel(track: MediaStreamTrack, report: (level: number) => void): () => void {
  const audio = audioContext();
  void audio.resume();
  const source = audio.createMediaStreamSource(new MediaStream([track]));
  const analyser = audio.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    // -60 dB is silence, -10 dB a loud voice.
    const decibels = 10 * Math.log10(power + 1e-9);
    report(Math.min(1, Math.max(0, (decibels + 60) / 50)));
  }, PERIOD_MS);
  return () => {
    clearInterval(timer);
    source.disconnect();
    report(0);
  };
}
