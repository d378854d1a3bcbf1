/** The notice of an incoming call: dialog, ringtone, tab title, and a notification where the person allowed them. */
import { api, ApiError } from "./api";
import type { ServerClock } from "./clock";
import { h } from "./dom";
import { clockTime, initials, money } from "./format";
import { icon } from "./icons";
import type { AskedMessage, RingMessage } from "./protocol";
import { ring as playRing } from "./sounds";
import type { Words } from "./words";

/** What rings, and what an answer to it posts. */
export interface Incoming {
  /** The call's or the order's id. */
  id: string;
  name: string;
  service: string;
  rating?: RingMessage["caller_rating"];
  untilMs: number;
  kicker: string;
  note: string;
  /** Where there is nothing to post, one only goes there. */
  accept: [path: string, body?: unknown] | null;
  reject: [path: string, body?: unknown];
  /** What the two buttons say, and the tab, where that isn't what a call says. */
  labels?: [accept: string, reject: string];
  title?: string;
  /** How long is left isn't told: it may go on. */
  quiet?: boolean;
}

/** Somebody calls. */
export function callOf(ring: RingMessage, words: Words): Incoming {
  return {
    id: ring.call,
    name: ring.caller_name,
    service: ring.service_title,
    rating: ring.caller_rating,
    untilMs: ring.until_ms,
    kicker: words.say(ring.into_call ? "ring.into_call" : "ring.incoming"),
    note: words.say(ring.into_call ? "ring.into_call_note" : "ring.free"),
    accept: [`/api/v1/calls/${ring.call}/accept`],
    reject: [`/api/v1/calls/${ring.call}/reject`],
  };
}

/** Somebody asks for a talk at once. */
export function requestOf(asked: AskedMessage, words: Words): Incoming {
  const amount = money(asked.price_minor, asked.currency, words.locale);
  return {
    id: asked.order,
    name: asked.caller_name,
    service: asked.service_title,
    untilMs: asked.until_ms,
    kicker: words.say("ring.asked"),
    note: words.say("ring.asked_for", { count: asked.length_min, amount }),
    accept: [`/api/v1/bookings/${asked.order}/accept`, { round: asked.round }],
    reject: [`/api/v1/bookings/${asked.order}/decline`, { round: asked.round }],
  };
}

export class IncomingRing {
  readonly #dialog: HTMLDialogElement;
  readonly #left = h("span", { class: "ring-left", "aria-hidden": "true" });
  readonly #problem = h("p", { class: "ring-problem", role: "alert" });
  readonly #title = document.title;
  readonly #accept: HTMLButtonElement;
  readonly #reject: HTMLButtonElement;
  #timer = 0;
  #stopSound = () => {};
  #notification: Notification | null = null;
  #closed = false;
  #over: () => void = () => {};
  readonly #untilOver = new Promise<void>((resolve) => (this.#over = resolve));

  constructor(
    readonly ring: Incoming,
    private readonly words: Words,
    private readonly clock: ServerClock,
    private readonly answered: (how: "accept" | "reject") => void,
  ) {
    const accept = () => void this.#answer("accept");
    const reject = () => void this.#answer("reject");
    this.#accept = h(
      "button",
      { type: "button", class: "btn btn-success btn-lg ring-accept", "data-testid": "accept", onclick: accept },
      icon("phone"),
      ring.labels?.[0] ?? words.say("ring.accept"),
    );
    this.#reject = h(
      "button",
      { type: "button", class: "btn btn-lg ring-reject", "data-testid": "reject", onclick: reject },
      icon("phone-off"),
      ring.labels?.[1] ?? words.say("ring.reject"),
    );
    this.#dialog = this.#build();
  }

  show(): void {
    document.body.append(this.#dialog);
    this.#dialog.showModal();
    this.#accept.focus();
    this.#tick();
    this.#timer = setInterval(() => this.#tick(), 500);
    void this.#sound();
    this.#notify();
  }

  /** When it is closed, answered or not. */
  get over(): Promise<void> {
    return this.#untilOver;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#over();
    clearInterval(this.#timer);
    this.#stopSound();
    this.#notification?.close();
    document.title = this.#title;
    this.#dialog.close();
    this.#dialog.remove();
  }

  /** What other sellers think of the caller. */
  #rated(): HTMLElement[] {
    const rating = this.ring.rating;
    if (!rating) return [];
    const stars = new Intl.NumberFormat(this.words.locale, { minimumFractionDigits: 1 }).format(rating.average_tenths / 10);
    return [h("p", { class: "ring-rated" }, icon("star"), this.words.say("ring.rated", { stars, count: rating.count }))];
  }

  #build(): HTMLDialogElement {
    const { name, service, kicker, note } = this.ring;
    const dialog = h(
      "dialog",
      { class: "ring-dialog", "aria-labelledby": "ring-name", "aria-describedby": "ring-service" },
      h("span", { class: "avatar-letters avatar-ringing", "aria-hidden": "true" }, initials(name)),
      h("p", { class: "ring-kicker" }, kicker),
      h("h2", { id: "ring-name", class: "ring-name" }, name),
      h("p", { id: "ring-service", class: "ring-service" }, service),
      ...this.#rated(),
      h("p", { class: "ring-free" }, note),
      this.#problem,
      h("div", { class: "ring-buttons" }, this.#reject, this.#accept),
      this.#left,
    );
    // Escape must not answer by accident: the ring goes on until it is answered or over.
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    return dialog;
  }

  #tick(): void {
    const left = this.ring.untilMs - this.clock.now();
    // The server says when it is over; this is for the case that its word is lost.
    if (left < -3_000) return this.close();
    if (!this.ring.quiet) this.#left.textContent = this.words.say("ring.left", { time: clockTime(left, "up") });
    const shout = this.#shout();
    document.title = document.title === shout ? this.#title : shout;
  }

  #shout(): string {
    return this.ring.title ?? this.words.say("ring.title", { name: this.ring.name });
  }

  /** Only one tab rings aloud. */
  async #sound(): Promise<void> {
    const begin = () => {
      if (!this.#closed) this.#stopSound = playRing("incoming");
    };
    if (!navigator.locks) return begin();
    await navigator.locks.request(`ring-${this.ring.id}`, { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      begin();
      await this.#untilOver;
    });
  }

  #notify(): void {
    if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
    this.#notification = new Notification(this.#shout(), {
      body: this.ring.service,
      tag: this.ring.id,
      requireInteraction: true,
    });
    this.#notification.onclick = () => {
      window.focus();
      this.#notification?.close();
    };
  }

  async #answer(how: "accept" | "reject"): Promise<void> {
    this.#accept.disabled = this.#reject.disabled = true;
    this.#problem.textContent = "";
    try {
      const [path, body] = this.ring[how] ?? [];
      if (path) await api("POST", path, body);
      this.close();
      this.answered(how);
    } catch (problem) {
      this.#accept.disabled = this.#reject.disabled = false;
      const words = problem instanceof ApiError && problem.message ? problem.message : this.words.say("ring.failed");
      this.#problem.textContent = words;
    }
  }
}
