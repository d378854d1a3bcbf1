/** Forms: sent once, never losing what was typed. */

export function forms(): void {
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement) once(event, event.target);
  });
  // A page that comes back from the browser's memory must not stay busy.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const button of document.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
  });
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-keep]")) keep(form);
  for (const box of document.querySelectorAll<HTMLInputElement>("input[data-submit]"))
    box.addEventListener("change", () => box.form?.requestSubmit());
  for (const radio of document.querySelectorAll<HTMLElement>("[data-reveals]")) reveal(radio);
  for (const part of document.querySelectorAll<HTMLFieldSetElement>("fieldset[data-when]")) showWhen(part);
  document.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
}

/** A second press while the first is on its way sends nothing. */
function once(event: SubmitEvent, form: HTMLFormElement): void {
  // What a script of the page sends is that script's own to hold back.
  if (event.defaultPrevented) return;
  if (form.querySelector("[aria-busy=true]")) return event.preventDefault();
  const button = event.submitter ?? form.querySelector("button[type=submit], button:not([type])");
  button?.setAttribute("aria-busy", "true");
}

/** Keeps longer texts in this tab until they are sent. */
function keep(form: HTMLFormElement): void {
  const name = (field: HTMLTextAreaElement) => `draft:${location.pathname}${location.search}:${field.name}`;
  for (const field of form.querySelectorAll("textarea")) {
    const kept = sessionStorage.getItem(name(field));
    if (kept && !field.value) field.value = kept;
    field.addEventListener("input", () => sessionStorage.setItem(name(field), field.value));
    form.addEventListener("submit", () => sessionStorage.removeItem(name(field)));
  }
}

/** `data-reveals="id:value,value"` on a select shows the element only while one of the values is chosen. */
function reveal(select: HTMLElement): void {
  const [id, values = ""] = (select.dataset["reveals"] ?? "").split(":");
  const target = document.getElementById(id ?? "");
  if (!target || !(select instanceof HTMLSelectElement)) return;
  const show = () => (target.hidden = !values.split(",").includes(select.value));
  select.addEventListener("change", show);
  show();
}

/**
 * `data-when="name:value,value;name:value"` on a fieldset shows and sends it only while the form's fields have one of these
 * values; a box is "on" or empty. A field that isn't there is empty.
 */
function showWhen(part: HTMLFieldSetElement): void {
  const form = part.form;
  if (!form) return;
  const conditions = (part.dataset["when"] ?? "").split(";").map((condition) => condition.split(":"));
  const show = () => {
    const typed = new FormData(form);
    part.hidden = part.disabled = !conditions.every(([name = "", values = ""]) => values.split(",").includes(String(typed.get(name) ?? "")));
  };
  form.addEventListener("change", show);
  show();
}
