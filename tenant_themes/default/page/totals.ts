/** Totals that follow the extras that are ticked (`data-total`: the price without any, minor units). */
import { money } from "../room/format";

export function totals(): void {
  for (const list of document.querySelectorAll<HTMLElement>("[data-total]")) follow(list);
}

function follow(list: HTMLElement): void {
  const form = list.closest("form");
  const sum = list.querySelector("[data-sum]");
  if (!form || !sum) return;
  // Nobody has to ask for what changes by itself.
  form.querySelector("[data-count]")?.remove();
  const count = () => {
    let minor = Number(list.dataset["total"]);
    for (const box of form.querySelectorAll<HTMLInputElement>("input[data-minor]")) {
      if (box.checked) minor += Number(box.dataset["minor"]);
      for (const part of list.querySelectorAll<HTMLElement>("[data-part]")) if (part.dataset["part"] === box.value) part.hidden = !box.checked;
    }
    sum.textContent = money(minor, list.dataset["currency"] ?? "", document.documentElement.lang);
  };
  form.addEventListener("change", count);
  count();
}
