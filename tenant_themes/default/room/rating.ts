/** Stars and words after a settled call. */
import { api, ApiError } from "./api";
import { find, h } from "./dom";
import { icon } from "./icons";
import type { Words } from "./words";

export function ratingForm(call: string, words: Words, saved: () => void): void {
  const form = find<HTMLFormElement>("#rating-form");
  const more = find<HTMLElement>("#rating-more");
  const note = find<HTMLElement>("#rating-note");
  const stars = find<HTMLElement>("#stars");
  for (let count = 1; count <= 5; count++) {
    const input = h("input", { type: "radio", name: "stars", value: String(count), "data-testid": `rate-${count}` });
    input.setAttribute("aria-label", words.say("summary.stars", { count }));
    stars.append(h("label", {}, input, icon("star")));
  }
  const light = (count: number) =>
    [...stars.children].forEach((label, at) => label.classList.toggle("is-lit", at < count));
  stars.addEventListener("change", (event) => {
    more.hidden = false;
    light(Number((event.target as HTMLInputElement).value));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });

  async function send(): Promise<void> {
    const chosen = stars.querySelector<HTMLInputElement>("input:checked");
    if (!chosen) return;
    const button = find<HTMLButtonElement>("button[type=submit]", form);
    button.disabled = true;
    note.textContent = "";
    const text = find<HTMLTextAreaElement>("#rating-text").value.trim();
    try {
      await api("PUT", `/api/v1/calls/${call}/rating`, { stars: Number(chosen.value), text });
      more.hidden = true;
      for (const input of stars.querySelectorAll("input")) input.disabled = true;
      saved();
    } catch (problem) {
      button.disabled = false;
      note.textContent = (problem instanceof ApiError && problem.message) || words.say("summary.rate_failed");
    }
  }
}
