/** Forms that carry a file (`data-progress`): sent from here, so that one sees how far it is. Without this they are sent all the same. */

export function sending(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-progress]") || event.defaultPrevented) return;
    event.preventDefault();
    send(form);
  });
}

function send(form: HTMLFormElement): void {
  const bar = form.querySelector("progress");
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    if (!bar) return;
    bar.hidden = false;
    bar.value = total > 0 ? loaded / total : 0;
  });
  request.addEventListener("load", () => show(request));
  // What went wrong on the way is told by the browser's own try.
  request.addEventListener("error", () => form.submit());
  request.open("POST", form.action);
  request.send(new FormData(form));
}

/** The page that came back, in place of this one's content. */
function show(request: XMLHttpRequest): void {
  const next = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
  const main = document.querySelector("main");
  if (!next || !main) return location.reload();
  // What is being written meanwhile stays.
  for (const field of main.querySelectorAll("textarea")) {
    const same = next.querySelector<HTMLTextAreaElement>(`textarea[name="${field.name}"]`);
    if (same && field.value) same.value = field.value;
  }
  main.replaceWith(document.adoptNode(next));
  next.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
  (next.querySelector<HTMLElement>("[aria-invalid=true]") ?? next.querySelector<HTMLElement>("input[type=file]"))?.focus();
}
