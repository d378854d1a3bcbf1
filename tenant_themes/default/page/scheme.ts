/** Light, dark or as the system: a cookie, so that the server's next page comes in the right one at once. */
export function schemes(): void {
  for (const select of document.querySelectorAll<HTMLSelectElement>("select[data-scheme]"))
    select.addEventListener("change", () => choose(select.value));
}

function choose(scheme: string): void {
  document.cookie = `scheme=${scheme}; path=/; max-age=31536000; samesite=lax`;
  if (scheme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = scheme;
  for (const select of document.querySelectorAll<HTMLSelectElement>("select[data-scheme]")) select.value = scheme;
}
