/** Adding credit in the middle of a call: the payment page opens in another tab, the call goes on in this one. */
import { api, ApiError } from "./api";
import { closeDialog, openDialog } from "./dialogs";
import { find, h } from "./dom";
import { money } from "./format";
import type { Words } from "./words";

type TopUpState = "pending" | "settled" | "declined" | "unknown";
interface TopUp {
  id: string;
  state: TopUpState;
  amount_minor: number;
  currency: string;
  redirect_url?: string | null;
}

const POLL_MS = 2_000;
const POLL_FOR_MS = 15 * 60_000;

export class TopUps {
  readonly #choose = find<HTMLElement>("#credit-choose");
  readonly #wait = find<HTMLElement>("#credit-wait");
  readonly #status = find<HTMLElement>("#credit-status");
  readonly #text = find<HTMLElement>("#credit-text");
  readonly #page = find<HTMLAnchorElement>("#credit-page");
  readonly #problem = find<HTMLElement>("#credit-problem");
  #current: TopUp | null = null;
  #timer = 0;

  constructor(
    private readonly words: Words,
    private readonly price: () => { currency: string; rate_minor: number } | null,
    private readonly added: (text: string) => void,
    amounts: number[],
  ) {
    for (const list of document.querySelectorAll<HTMLElement>("[data-amounts]"))
      amounts.forEach((minor, at) => list.append(this.#button(minor, list.dataset["amounts"] ?? "", at === 0)));
    document.addEventListener("visibilitychange", () => document.hidden || this.check());
  }

  /** Shows the amounts, or how the payment under way stands. */
  open(): void {
    if (!this.#current) this.#show("choose");
    this.labels();
    openDialog("dialog-credit");
  }

  /** Writes the amounts and what they buy, once the call's price is known. */
  labels(): void {
    const rate = this.price()?.rate_minor ?? 0;
    for (const button of document.querySelectorAll<HTMLButtonElement>("[data-minor]")) {
      const minor = Number(button.dataset["minor"]);
      const count = rate > 0 ? Math.floor(minor / rate) : 0;
      const buys = count > 0 ? [h("span", { class: "amount-buys" }, this.words.say("credit.minutes", { count }))] : [];
      button.replaceChildren(h("span", {}, this.words.say("credit.add", { amount: this.#amount(minor) })), ...buys);
    }
  }

  /** Asks how the payment stands; called when the wallet changed, too. */
  check(): void {
    if (this.#current) void this.#poll(this.#current, Date.now() + POLL_FOR_MS);
  }

  #button(minor: number, testId: string, first: boolean): HTMLElement {
    const look = `btn btn-lg amount${first ? " btn-primary" : ""}`;
    const attributes = { type: "button", class: look, "data-minor": String(minor), "data-testid": `${testId}-${minor}` };
    return h("button", { ...attributes, onclick: () => void this.#start(minor) });
  }

  async #start(minor: number): Promise<void> {
    // Opened within the click, or the browser would take it for a pop-up; the address follows.
    const tab = window.open("about:blank", "_blank");
    this.#show("wait");
    this.#status.textContent = this.words.say("credit.opening");
    this.#text.textContent = "";
    this.#page.hidden = true;
    openDialog("dialog-credit");
    try {
      const topUp = await api<TopUp>("POST", "/api/v1/wallet/top-ups", { amount_minor: minor });
      this.#current = topUp;
      this.#status.textContent = this.words.say("credit.waiting_title");
      this.#text.textContent = this.words.say("credit.waiting_text", { amount: this.#amount(minor) });
      if (topUp.redirect_url) this.#goToPay(tab, topUp.redirect_url);
      else tab?.close();
      this.check();
    } catch (problem) {
      tab?.close();
      this.#over((problem instanceof ApiError && problem.message) || this.words.say("credit.failed"));
    }
  }

  #goToPay(tab: Window | null, address: string): void {
    const url = new URL(address, location.href);
    if (url.protocol !== "https:" && url.protocol !== "http:") throw new ApiError(0, "invalid", "");
    this.#page.href = url.href;
    this.#page.hidden = false;
    if (!tab) return;
    tab.opener = null;
    tab.location.href = url.href;
  }

  async #poll(topUp: TopUp, until: number): Promise<void> {
    clearTimeout(this.#timer);
    let state: TopUpState = "pending";
    try {
      state = (await api<TopUp>("GET", `/api/v1/wallet/top-ups/${topUp.id}`)).state;
    } catch {
      // Asked again below.
    }
    if (this.#current?.id !== topUp.id) return;
    if (state === "settled") return this.#settled(topUp);
    if (state === "declined") return this.#over(this.words.say("credit.declined"));
    if (state === "unknown") this.#text.textContent = this.words.say("credit.unknown");
    clearTimeout(this.#timer);
    if (Date.now() < until) this.#timer = setTimeout(() => void this.#poll(topUp, until), POLL_MS);
  }

  #settled(topUp: TopUp): void {
    this.#current = null;
    closeDialog("dialog-credit");
    this.added(this.words.say("credit.done", { amount: this.#amount(topUp.amount_minor) }));
  }

  #over(problem: string): void {
    this.#current = null;
    this.#show("choose");
    this.#problem.hidden = false;
    find("p", this.#problem).textContent = problem;
  }

  #show(part: "choose" | "wait"): void {
    this.#choose.hidden = part !== "choose";
    this.#wait.hidden = part !== "wait";
    this.#problem.hidden = true;
  }

  #amount(minor: number): string {
    return money(minor, this.price()?.currency ?? "EUR", this.words.locale);
  }
}
