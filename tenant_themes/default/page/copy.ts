/** Buttons that copy what stands in a field. */
export function copies(): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-copy]")) {
    const field = document.getElementById(button.dataset["copy"] ?? "");
    if (!(field instanceof HTMLInputElement)) continue;
    button.hidden = false;
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", () => void copy(button, field));
  }
}

async function copy(button: HTMLElement, field: HTMLInputElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Where browsers keep the clipboard from pages: it is marked, to be copied by hand.
    return field.focus();
  }
  const word = button.querySelector("[data-copy-word]");
  if (word) word.textContent = button.dataset["copied"] ?? "";
}
