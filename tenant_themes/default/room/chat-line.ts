/** How a line of the chat looks. Built of nodes only: what people write is never markup. */
import { openDialog } from "./dialogs";
import { find, h } from "./dom";
import { timeOfDay } from "./format";
import { icon } from "./icons";
import type { ChatFile, ChatLine } from "./protocol";
import type { Words } from "./words";

/** Longest side of a picture in the chat, in pixels. */
const PICTURE = 220;
const ADDRESS = /https?:\/\/[^\s<>"]+/gi;

export function lineElement(line: ChatLine, own: boolean, words: Words): HTMLElement {
  const element = h("li", { class: own ? "chat-line is-own" : "chat-line", "data-at": String(line.at_ms), "data-testid": "chat-line" });
  const who = own ? words.say("you") : line.name;
  element.append(h("p", { class: "chat-who" }, who, " ", h("time", {}, timeOfDay(line.at_ms, words.locale))));
  element.append(line.file ? fileElement(line.file, words) : h("p", { class: "chat-text" }, ...linked(line.text)));
  return element;
}

/** What was written and isn't said yet. */
export function waitingElement(text: string, words: Words): HTMLElement {
  const who = h("p", { class: "chat-who" }, words.say("you"), " ", h("span", { "data-testid": "chat-waiting" }, words.say("chat.waiting")));
  return h("li", { class: "chat-line is-own is-waiting" }, who, h("p", { class: "chat-text" }, text));
}

/** Text with its addresses as links, which lead to other sites and tell them nothing of us. */
export function linked(text: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const found of text.matchAll(ADDRESS)) {
    // What ends a sentence isn't part of an address.
    const address = found[0].replace(/[.,;:!?)\]}'’”]+$/, "");
    if (!URL.canParse(address)) continue;
    parts.push(text.slice(end, found.index));
    parts.push(h("a", { href: new URL(address).href, target: "_blank", rel: "noopener noreferrer nofollow" }, address));
    end = found.index + address.length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== "");
}

function fileElement(file: ChatFile, words: Words): HTMLElement {
  if (file.bytes === 0) return h("p", { class: "chat-text" }, words.say("chat.file_gone"));
  return file.image ? pictureElement(file, file.image, words) : cardElement(file, words);
}

function pictureElement(file: ChatFile, image: NonNullable<ChatFile["image"]>, words: Words): HTMLElement {
  const scale = Math.min(1, PICTURE / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) => String(Math.max(1, Math.round(side * scale))));
  const picture = h("img", { src: image.url, alt: file.name, width: width ?? "1", height: height ?? "1", loading: "lazy" });
  const label = words.say("chat.enlarge", { file: file.name });
  return h("button", { type: "button", class: "chat-picture", "data-testid": "chat-picture", "aria-label": label, onclick: () => enlarge(file, image) }, picture);
}

function enlarge(file: ChatFile, image: NonNullable<ChatFile["image"]>): void {
  const picture = find<HTMLImageElement>("#picture-large");
  [picture.src, picture.alt] = [image.url, file.name];
  find("#picture-title").textContent = file.name;
  find<HTMLAnchorElement>("#picture-save").href = file.url ?? image.url;
  openDialog("dialog-picture");
}

/** A file that isn't for the reader has no address: they see that there is one. */
function cardElement(file: ChatFile, words: Words): HTMLElement {
  const size = h("span", { class: "chat-size" }, fileSize(file.bytes, words.locale));
  const name = h("span", { class: "chat-name" }, file.name);
  const card = [icon("file"), h("span", {}, name, size)];
  if (!file.url) return h("div", { class: "chat-file", "data-testid": "chat-file" }, ...card);
  return h("a", { class: "chat-file", href: file.url, download: file.name, "data-testid": "chat-file" }, ...card);
}

/** A size as people say it. */
export function fileSize(bytes: number, locale: string): string {
  const large = bytes >= 1024 * 1024;
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: large ? 1 : 0 });
  return large ? `${number.format(bytes / 1024 / 1024)} MB` : `${number.format(Math.max(1, Math.round(bytes / 1024)))} KB`;
}
