/** The page's dialogs: opening, and closing by button, Escape or a click beside them. */
import { find } from "./dom";

export function openDialog(id: string): void {
  const dialog = find<HTMLDialogElement>(`#${id}`);
  if (!dialog.open) dialog.showModal();
}

export function closeDialog(id: string): void {
  find<HTMLDialogElement>(`#${id}`).close();
}

/** Whether any dialog is open. */
export function dialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

export function closeOnClickBeside(root: HTMLElement): void {
  root.addEventListener("click", (event) => {
    if (!(event.target instanceof HTMLDialogElement)) return;
    const box = event.target.getBoundingClientRect();
    const { clientX: x, clientY: y } = event;
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) event.target.close();
  });
}
