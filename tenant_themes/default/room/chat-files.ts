/** Files for the chat: chosen, pasted or dropped; sent one after the other, with what is on its way in sight. */
import { refreshSession } from "./api";
import { fileSize } from "./chat-line";
import { find, h } from "./dom";
import { icon } from "./icons";
import type { ChatLine } from "./protocol";
import type { Words } from "./words";

/** As the server has it. */
const MAX_BYTES = 5 * 1024 * 1024;
const MOST_AT_ONCE = 10;

interface Host {
  input: HTMLTextAreaElement;
  show: (element: HTMLElement) => void;
  sent: (line: ChatLine) => void;
}

export function chatFiles(call: string, words: Words, host: Host): void {
  const chooser = find<HTMLInputElement>("#chat-file");
  const chat = find<HTMLElement>("#chat");
  let turn = Promise.resolve();
  const take = (files: Iterable<File>) => {
    for (const file of [...files].slice(0, MOST_AT_ONCE)) {
      const upload = new Upload(file, call, words, host);
      turn = turn.then(() => upload.send());
    }
  };
  find("#chat-attach").addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    take(chooser.files ?? []);
    chooser.value = "";
  });
  host.input.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (!files || files.length === 0) return;
    event.preventDefault();
    take(files);
  });
  const carries = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  chat.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    chat.classList.add("is-target");
  });
  for (const over of ["dragleave", "drop"]) chat.addEventListener(over, () => chat.classList.remove("is-target"));
  chat.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    take(event.dataTransfer?.files ?? []);
  });
}

/** One file on its way. */
class Upload {
  readonly #bar = h("progress", { max: "100", value: "0" });
  readonly #status = h("span", { class: "chat-size", role: "status" });
  readonly #element: HTMLElement;

  constructor(
    private readonly file: File,
    private readonly call: string,
    private readonly words: Words,
    private readonly host: Host,
  ) {
    const name = h("span", { class: "chat-name" }, file.name);
    this.#bar.setAttribute("aria-label", words.say("chat.sending", { file: file.name }));
    this.#status.textContent = fileSize(file.size, words.locale);
    this.#element = h("li", { class: "chat-line is-own is-waiting" }, h("div", { class: "chat-file" }, icon("file"), h("span", {}, name, this.#status, this.#bar)));
    host.show(this.#element);
  }

  async send(): Promise<void> {
    if (this.file.size > MAX_BYTES) return this.#failed(this.words.say("chat.file_large"), false);
    let answer = await this.#post();
    if (answer.status === 401 && (await refreshSession().catch(() => false))) answer = await this.#post();
    if (answer.status === 201) {
      this.#element.remove();
      this.host.sent(JSON.parse(answer.text) as ChatLine);
    } else this.#failed(reason(answer.text) || this.words.say("chat.failed"), answer.status === 0 || answer.status >= 500);
  }

  #post(): Promise<{ status: number; text: string }> {
    const body = new FormData();
    body.append("file", this.file);
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", `/api/v1/calls/${this.call}/files`);
      request.setRequestHeader("accept", "application/json");
      request.upload.addEventListener("progress", ({ loaded, total }) => (this.#bar.value = total ? (loaded / total) * 100 : 0));
      request.addEventListener("loadend", () => resolve({ status: request.status, text: request.responseText }));
      request.send(body);
    });
  }

  #failed(text: string, again: boolean): void {
    this.#bar.remove();
    this.#status.textContent = text;
    this.#element.classList.add("is-refused");
    this.#element.dataset["testid"] = "chat-refused";
    const retry = () => {
      this.#element.remove();
      void new Upload(this.file, this.call, this.words, this.host).send();
    };
    if (again) this.#element.append(h("button", { type: "button", class: "link", onclick: retry }, this.words.say("chat.again")));
  }
}

function reason(text: string): string {
  try {
    return (JSON.parse(text) as { error?: { message?: string } }).error?.message ?? "";
  } catch {
    return "";
  }
}
