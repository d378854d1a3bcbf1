/** Where the keyboard is. */

/** Whoever works by keyboard or ear is taken along when the page turns into another. */
export function takeAlong(root: HTMLElement, face: string): void {
  const focused = document.activeElement;
  const lost = !focused || focused === document.body || focused.getClientRects().length === 0;
  if (!lost || document.querySelector("dialog[open]")) return;
  const target = root.querySelector<HTMLElement>(
    face === "suspended_credit" ? "[data-amounts=rescue-amount] button" : `.card-face[data-show="${face}"] h2`,
  );
  if (target?.tagName === "H2") target.tabIndex = -1;
  target?.focus();
}
