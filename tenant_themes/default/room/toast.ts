/** Toasts: bottom left, sliding in to the right; those about money stay until they are read. */
import { h } from "./dom";
import { icon, type IconName } from "./icons";

export type Tone = "info" | "success" | "warning" | "error";
export interface Toast {
  text: string;
  tone?: Tone;
  /** A newer toast of the same id takes the older one's place. */
  id?: string;
  /** Stays until it is closed. */
  stays?: boolean;
  action?: { label: string; run: () => void };
  /** The close button's name. */
  close: string;
}

const ICONS: Record<Tone, IconName> = { info: "info", success: "check", warning: "warning", error: "alert" };
const SHOWN_MS = 6_000;
const AT_MOST = 4;

/** Shows a toast; returns what takes it away. */
export function toast(options: Toast): () => void {
  const list = container();
  const id = options.id;
  if (id) list.querySelector(`[data-toast="${CSS.escape(id)}"]`)?.remove();
  for (const old of pushedOut([...list.children], (item) => item.hasAttribute("data-stays"))) old.remove();

  const tone = options.tone ?? "info";
  const leave = () => dismiss(element);
  const element = h("div", { class: `toast-item toast-${tone}`, "data-testid": "toast" });
  if (id) element.dataset["toast"] = id;
  if (options.stays) element.dataset["stays"] = "";
  element.append(h("span", { class: "toast-icon" }, icon(ICONS[tone])), h("p", {}, options.text));
  if (options.action) element.append(actionButton(options.action, leave));
  element.append(h("button", { type: "button", class: "toast-close", "aria-label": options.close, onclick: leave }, icon("x")));
  list.append(element);
  raise(list);
  if (!options.stays) fadeUnlessRead(element, leave);
  return leave;
}

/** What the next page of this tab has to say. */
const NEXT = "said";

export function sayNext(text: string): void {
  if (text) sessionStorage.setItem(NEXT, text);
}

/** Says what the page before had to say. */
export function sayKept(close: string): void {
  const text = sessionStorage.getItem(NEXT);
  sessionStorage.removeItem(NEXT);
  if (text) toast({ text, tone: "success", stays: true, close });
}

/** Who makes room for one more: the oldest of those that go by themselves. What stays hasn't been read yet. */
export function pushedOut<T>(shown: T[], stays: (item: T) => boolean): T[] {
  const tooMany = Math.max(0, shown.length + 1 - AT_MOST);
  return shown.filter((item) => !stays(item)).slice(0, tooMany);
}

function actionButton(action: { label: string; run: () => void }, leave: () => void): HTMLElement {
  const onclick = () => {
    leave();
    action.run();
  };
  return h("button", { type: "button", class: "btn btn-sm toast-action", onclick }, action.label);
}

/** The one live region, on top of open dialogs where the browser can. */
function container(): HTMLElement {
  const present = document.getElementById("room-toasts");
  if (present) return present;
  const list = h("div", { id: "room-toasts", class: "toast-list", role: "status", "aria-live": "polite" });
  list.popover = "manual";
  document.body.append(list);
  return list;
}

function raise(list: HTMLElement): void {
  if (!("showPopover" in list)) return;
  // What entered the top layer last is on top: over a dialog it has to enter again.
  const shown = list.matches(":popover-open");
  if (shown && document.querySelector("dialog[open]")) list.hidePopover();
  else if (shown) return;
  list.showPopover();
}

function fadeUnlessRead(element: HTMLElement, leave: () => void): void {
  let timer = setTimeout(leave, SHOWN_MS);
  const hold = () => clearTimeout(timer);
  const release = () => (timer = setTimeout(leave, SHOWN_MS));
  element.addEventListener("pointerenter", hold);
  element.addEventListener("focusin", hold);
  element.addEventListener("pointerleave", release);
  element.addEventListener("focusout", release);
}

function dismiss(element: HTMLElement): void {
  if (!element.isConnected || element.classList.contains("is-leaving")) return;
  element.classList.add("is-leaving");
  const gone = () => element.remove();
  element.addEventListener("transitionend", gone, { once: true });
  setTimeout(gone, 250);
}
