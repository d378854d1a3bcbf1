/**
 * A voice made softer. Where no page can set how loud a player is (iOS), the player is silent and a gain plays the voice
 * instead.
 */
import { audioContext } from "../ringtone";

/** Whether players are as loud here as a page says. */
function obeysVolume(): boolean {
  const player = document.createElement("audio");
  player.volume = 0.5;
  return player.volume === 0.5;
}

export class SoftVoice {
  #track: MediaStreamTrack | null = null;
  #source: MediaStreamAudioSourceNode | null = null;
  #gain: GainNode | null = null;

  constructor(private readonly player: HTMLVideoElement) {}

  /** Whether the gain plays, and the player has to be silent. */
  get plays(): boolean {
    return this.#source !== null;
  }

  /** Plays a voice so loud, 0 to 1. */
  set(track: MediaStreamTrack | null, volume: number): void {
    this.player.volume = volume;
    const soft = track !== null && volume > 0 && volume < 1 && !obeysVolume();
    if (!soft || track !== this.#track) this.stop();
    if (!soft) return;
    if (!this.#gain) {
      const audio = audioContext();
      void audio.resume();
      this.#track = track;
      this.#source = audio.createMediaStreamSource(new MediaStream([track]));
      this.#gain = audio.createGain();
      this.#source.connect(this.#gain).connect(audio.destination);
      this.player.muted = true;
    }
    this.#gain.gain.value = volume;
  }

  /** Leaves the voice to the player. */
  stop(): void {
    if (!this.#source) return;
    this.#source.disconnect();
    this.#gain?.disconnect();
    this.#track = this.#source = this.#gain = null;
    this.player.muted = false;
  }
}
