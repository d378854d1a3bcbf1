/** Where we are, as the address says it. Pages keep their state (sort, filter, page, what is open) in its query. */

export const BASE = "/admin";

class Place {
  /** Below /admin: "/" or "/tenants". */
  path = $state(below(location.pathname));
  query = $state.raw(new URLSearchParams(location.search));
}

export const place = new Place();

function below(pathname: string): string {
  const rest = pathname.slice(BASE.length).replace(/\/+$/, "");
  return rest || "/";
}

function read(): void {
  place.path = below(location.pathname);
  place.query = new URLSearchParams(location.search);
}

/** Goes to a page: `to` as in `place.path`, with a query if wanted. */
export function go(to: string, replace = false): void {
  const address = BASE + (to === "/" ? "" : to);
  history[replace ? "replaceState" : "pushState"](null, "", address);
  read();
}

/** The address of the present page with some of its query changed; null takes a parameter out. */
export function changed(changes: Record<string, string | null>): string {
  const query = new URLSearchParams(place.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return place.path + (text ? `?${text}` : "");
}

export function change(changes: Record<string, string | null>, replace = false): void {
  go(changed(changes), replace);
}

/** A link's address for `to` as in `go`. */
export function href(to: string): string {
  return BASE + (to === "/" ? "" : to);
}

/** Lets plain links change the page without loading it anew. */
export function startRouter(): void {
  addEventListener("popstate", read);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname !== BASE && !link.pathname.startsWith(`${BASE}/`)) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    go(below(link.pathname) + link.search);
  });
}
