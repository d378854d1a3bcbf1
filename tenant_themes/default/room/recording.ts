/** Recording the call: one asks, everybody agrees or doesn't, and while it runs everybody sees it. */
import { closeDialog, openDialog } from "./dialogs";
import { find, type View } from "./dom";
import { clockTime } from "./format";
import type { CallRequest, RecordingView } from "./protocol";
import type { Toast, Tone } from "./toast";
import type { Vars } from "./words";

/** What it needs of the room. */
interface Host {
  locale: string;
  say: (key: string, vars?: Vars) => string;
  tell: (toast: Omit<Toast, "close">) => () => void;
  ask: (request: CallRequest) => Promise<unknown>;
  /** Runs what a button asks for; what goes wrong is told. */
  attempt: (action: () => Promise<unknown>) => Promise<boolean>;
  changed: () => void;
}

export class Recording {
  readonly #dialog = find<HTMLDialogElement>("#dialog-recording");
  readonly #text = find<HTMLElement>("#recording-text");
  readonly #who = find<HTMLElement>("#recording-who");
  #current: RecordingView | null = null;
  #mayAsk = false;
  #dropToast = () => {};

  constructor(private readonly host: Host) {
    // A question that is put aside still waits.
    this.#dialog.addEventListener("close", () => this.#current && this.#remind(this.#current));
  }

  /** What was known when the person entered. */
  entered(mayAsk: boolean, recording: RecordingView | null): void {
    this.#mayAsk = mayAsk;
    if (recording) this.take(recording);
    else this.host.changed();
  }

  /** Takes the server's word. */
  take(view: RecordingView): void {
    const before = this.#current;
    if (before && view.id === before.id && view.server_now_ms < before.server_now_ms) return;
    this.#current = view;
    const waits = view.state !== "ended" && !view.you_agreed;
    if (waits && (before?.id !== view.id || before.you_agreed)) this.#question(view);
    if (!waits) {
      this.#dropToast();
      if (this.#dialog.open) closeDialog("dialog-recording");
    }
    if (before?.state !== view.state || before.id !== view.id) this.#announce(view);
    this.host.changed();
  }

  /** The button in the bar: asks, shows the question again, or stops. */
  async press(): Promise<void> {
    const view = this.#open();
    if (!view) await this.host.attempt(() => this.host.ask({ type: "ask_recording" }));
    else if (view.state === "asked" || !view.you_agreed) this.#question(view);
    else await this.stop();
  }

  async stop(): Promise<void> {
    await this.host.attempt(() => this.host.ask({ type: "stop_recording" }));
  }

  /** The person's answer to the text that they see. */
  async answer(consent: boolean): Promise<void> {
    const view = this.#open();
    if (!view) return closeDialog("dialog-recording");
    const text_version = this.#words(view).version;
    if (await this.host.attempt(() => this.host.ask({ type: "answer_recording", recording: view.id, consent, text_version }))) {
      // The server's own word may have come before its answer.
      if (this.#current === view) this.#current = { ...view, you_agreed: consent };
      closeDialog("dialog-recording");
    }
  }

  /** The call is over. */
  end(): void {
    this.#current = null;
    this.#dropToast();
  }

  /** What the template shows. */
  view(inCall: boolean, now: number): View {
    const view = this.#open();
    const on = view?.state === "recording";
    const since = view?.since_ms ?? now;
    const label = on ? "stop" : view?.state === "asked" ? "asked" : view?.state === "held" ? "held" : "button";
    return {
      can_record: inCall && (this.#mayAsk || view !== null),
      record_label: this.host.say(`recording.${label}`),
      record_pressed: view ? "true" : "false",
      recording_shown: inCall && view !== null && view.state !== "asked",
      recording_on: on,
      recording_held: view?.state === "held",
      recording_banner: !view
        ? ""
        : on
          ? this.host.say("recording.banner", { time: clockTime(now - since, "down") })
          : this.host.say("recording.banner_held", { names: view.waits_for.join(", ") }),
    };
  }

  #open(): RecordingView | null {
    return this.#current?.state === "ended" ? null : this.#current;
  }

  #words(view: RecordingView): RecordingView["texts"][number] {
    const language = this.host.locale.split("-")[0];
    const words = view.texts.find((text) => text.language === language) ?? view.texts[0];
    if (!words) throw new Error("no text to agree to");
    return words;
  }

  #question(view: RecordingView): void {
    const words = this.#words(view);
    this.#text.lang = words.language;
    this.#text.textContent = words.text;
    const key = view.by_you ? "you" : view.asked_by ? "other" : "always";
    this.#who.textContent = this.host.say(`recording.asks_${key}`, { who: view.asked_by ?? "" });
    this.#dropToast();
    openDialog("dialog-recording");
  }

  #remind(view: RecordingView): void {
    if (view.state === "ended" || view.you_agreed) return;
    this.#dropToast = this.host.tell({
      id: "recording",
      text: this.host.say("recording.waits_you"),
      stays: true,
      action: { label: this.host.say("recording.read"), run: () => this.#question(view) },
    });
  }

  #announce(view: RecordingView): void {
    const say = (key: string, tone: Tone, stays = false) =>
      this.host.tell({ id: "recording-state", text: this.host.say(`recording.${key}`, { names: view.waits_for.join(", ") }), tone, stays });
    if (view.state === "recording") say("began", "info");
    else if (view.state === "held" && view.you_agreed) say("held_text", "warning");
    else if (view.state === "asked" && view.you_agreed) say("waits_other", "info");
    else if (view.state === "ended" && view.ending && view.ending !== "call_over") {
      const broken = view.ending === "disk_full" || view.ending === "failed";
      say(`ended_${view.ending}`, broken ? "warning" : "info", broken);
    }
  }
}
