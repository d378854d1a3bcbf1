/** Two small helpers: building elements, and filling the template's `data-*` bindings from a flat view. */

type Child = Node | string;

/** Builds an element; `class`, `data-*` and other attributes by name, handlers by `onclick` and the like. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean | ((event: Event) => void)> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Finds an element that the template must have. */
export function find<T extends Element>(selector: string, root: ParentNode = document): T {
  const element = root.querySelector<T>(selector);
  if (!element) throw new Error(`the page has no ${selector}`);
  return element;
}

/**
 * The page's load event has been. A stream that is put into a video element earlier holds that event back until its
 * first picture, which may never come.
 */
export const pageLoaded = new Promise<void>((resolve) => {
  if (document.readyState === "complete") resolve();
  else addEventListener("load", () => resolve(), { once: true });
});

/** Reads a JSON data block. */
export function dataBlock<T>(id: string): T | null {
  const text = document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as T) : null;
}

export type View = Record<string, string | boolean>;

/**
 * Binds a view to the elements under `root`:
 * `data-show="key"` (hidden unless true), `data-text="key"`, `data-attr="name:key …"` (absent when false),
 * `data-class="name:key …"`. Unknown keys count as false. Only what has changed is written.
 */
export function binder(root: HTMLElement): (view: View) => void {
  const writers: ((view: View) => void)[] = [];
  const each = (name: string, bind: (element: HTMLElement, value: string) => void) => {
    for (const element of root.querySelectorAll<HTMLElement>(`[data-${name}]`)) bind(element, element.dataset[name] ?? "");
  };
  const changed = (key: string, write: (value: string | boolean) => void) => {
    let last: string | boolean | undefined;
    writers.push((view) => {
      const value = view[key] ?? false;
      if (value !== last) write((last = value));
    });
  };
  each("show", (element, key) => changed(key, (value) => (element.hidden = !value)));
  each("text", (element, key) => changed(key, (value) => (element.textContent = value ? String(value) : "")));
  each("attr", (element, list) =>
    pairs(list, (name, key) =>
      changed(key, (value) => {
        if (value === false) element.removeAttribute(name);
        else element.setAttribute(name, value === true ? "" : value);
      }),
    ),
  );
  each("class", (element, list) =>
    pairs(list, (name, key) => changed(key, (value) => element.classList.toggle(name, Boolean(value)))),
  );
  return (view) => writers.forEach((write) => write(view));
}

function pairs(list: string, each: (name: string, key: string) => void): void {
  for (const pair of list.split(/\s+/)) {
    const [name, key] = pair.split(":");
    if (name && key) each(name, key);
  }
}
