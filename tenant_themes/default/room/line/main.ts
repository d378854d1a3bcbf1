/** Entry of the device check: one's picture and sound, and what the line carries. */
import "./line.css";
import { DeviceMenu } from "../device-menu";
import { binder, dataBlock, find, type View } from "../dom";
import { canChooseSpeaker } from "../media/devices";
import { LocalMedia } from "../media/local";
import { selfView } from "../self-view";
import { pageSocket } from "../socket";
import { testSound } from "../sounds";
import { type Entry, Words } from "../words";
import { measure } from "./measure";
import { adviceFor, type Line, verdictOf } from "./verdict";

interface Setup {
  locale: string;
  words: Record<string, Entry>;
  signed_in: boolean;
}

type Outcome = { line: Line | null } | "failed" | null;

class LineCheck {
  readonly #local = new LocalMedia();
  readonly #bind: (view: View) => void;
  readonly #words: Words;
  #running = false;
  #share = 0;
  #outcome: Outcome = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly setup: Setup,
  ) {
    this.#words = new Words(setup.locale, setup.words);
    this.#bind = binder(root);
  }

  async start(): Promise<void> {
    const { root } = this;
    const speaker = find<HTMLAudioElement>("#line-speaker", root);
    selfView(root, this.#local);
    new DeviceMenu(this.#words, this.#local, (deviceId) => "setSinkId" in speaker && speaker.setSinkId(deviceId));
    this.#local.on("change", () => this.#render());
    root.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-do]") : null;
      this.#act(button?.dataset["do"]);
    });
    addEventListener("pagehide", () => this.#local.close());
    this.#render();
    await this.#local.start();
    if (this.setup.signed_in) await this.#run();
  }

  #act(what: string | undefined): void {
    if (what === "run") void this.#run();
    else if (what === "retry-camera") void this.#local.set("video", true);
    else if (what === "retry-mic") void this.#local.set("audio", true);
    else if (what === "test-sound") testSound();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#outcome = null;
    this.#progress(0);
    try {
      const socket = pageSocket();
      if (socket.state !== "open") await opened(socket);
      this.#outcome = { line: await measure(socket, this.#local, (share) => this.#progress(share)) };
    } catch {
      this.#outcome = "failed";
    } finally {
      this.#running = false;
      this.#render();
    }
  }

  #progress(share: number): void {
    this.#share = share;
    this.#render();
  }

  #render(): void {
    const say = (key: string, vars = {}) => this.#words.say(key, vars);
    const { audio, video } = this.#local;
    const outcome = this.#outcome;
    const measured = outcome !== null && outcome !== "failed" ? outcome : null;
    const view: View = {
      camera_off: !video.track,
      mic_off: !audio.track,
      mic_hint: audio.opening ? say("opening") : audio.track ? say("say_something") : "",
      camera_problem: video.problem ? say(`device_problem.camera_${video.problem}`) : "",
      mic_problem: audio.problem ? say(`device_problem.microphone_${audio.problem}`) : "",
      can_choose_speaker: canChooseSpeaker(),
      running: this.#running,
      may_run: !this.#running && this.setup.signed_in,
      share: String(Math.round(this.#share * 100)),
      failed: outcome === "failed",
      ...(measured ? this.#verdict(measured.line) : {}),
    };
    this.#bind(view);
  }

  #verdict(line: Line | null): View {
    const say = (key: string, vars = {}) => this.#words.say(key, vars);
    const verdict = verdictOf(line);
    const advice = adviceFor(line);
    const number = (value: number) => new Intl.NumberFormat(this.#words.locale, { maximumFractionDigits: 1 }).format(value);
    return {
      measured: true,
      verdict,
      good: verdict === "good",
      not_good: verdict !== "good",
      verdict_title: say(`line.${verdict}`),
      verdict_text: say(`line.${verdict}_text`),
      advice: verdict !== "good" && advice.map((what) => say(`line.advice_${what}`)).join(" "),
      figures: line !== null,
      speed: line !== null && say("line.kbps", { count: number(line.kbps) }),
      loss: line !== null && say("line.percent", { count: number(line.loss * 100) }),
      delay: line !== null && say("line.ms", { count: number(line.rttMs) }),
      way: line !== null && say(line.relayed ? "line.way_relay" : "line.way_direct"),
    };
  }
}

function opened(socket: ReturnType<typeof pageSocket>): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = socket.on("state", (state) => {
      if (state !== "open" && state !== "signed_out") return;
      stop();
      if (state === "open") resolve();
      else reject(new Error(state));
    });
    setTimeout(() => reject(new Error("timeout")), 10_000);
  });
}

const setup = dataBlock<Setup>("line-config");
if (setup) void new LineCheck(find("#line"), setup).start();
