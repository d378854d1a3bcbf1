/** Fills in this device's zone where a form asks for one: at once in an empty field, on request elsewhere. */
export function zones(): void {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!here) return;
  for (const input of document.querySelectorAll<HTMLInputElement>("input[data-zone-here]"))
    if (!input.value) input.value = here;
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-zone-pick]")) {
    const select = document.getElementById(button.dataset["zonePick"] ?? "");
    if (!(select instanceof HTMLSelectElement) || select.value === here) continue;
    if (![...select.options].some((option) => option.value === here)) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      select.value = here;
      button.hidden = true;
    });
  }
}
