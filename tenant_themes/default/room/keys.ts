/** The keyboard in a call: one letter an action, while nobody types and no dialog is open. */
import { dialogOpen } from "./dialogs";

/** Letters and the buttons, by their `data-do`, that they press. */
const KEYS: Record<string, string> = { m: "mic", v: "camera", c: "chat", f: "fullscreen", s: "share", "?": "keys" };

/** Without use before the call is on. */
const IN_CALL = new Set(["chat", "share"]);

export function bindKeys(root: HTMLElement): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || dialogOpen() || types(event.target)) return;
    const { layout } = root.dataset;
    const button = KEYS[event.key.toLowerCase()];
    if (!button || layout === "card" || (layout !== "live" && IN_CALL.has(button))) return;
    const found = root.querySelector<HTMLElement>(`:is(#bar, dialog) [data-do="${button}"]:not([hidden])`);
    if (!found) return;
    event.preventDefault();
    found.click();
  });
}

function types(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
