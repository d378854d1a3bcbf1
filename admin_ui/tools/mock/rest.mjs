// What both sample APIs are made of: routes, refusals, lists.

export class Refusal extends Error {
  constructor(status, code, message, field = null) {
    super(message);
    Object.assign(this, { status, code, field });
  }
}

export const notFound = () => new Refusal(404, "not_found", "There is nothing here.");
export const invalid = (field, message) => new Refusal(422, "invalid", message, field);

/** `routes` maps "GET /users/:id" to a handler of `{params, query, body}`; a handler returns the answer's value. */
export function router(base, routes) {
  const table = Object.entries(routes).map(([key, handle]) => {
    const [method, path] = key.split(" ");
    return { method, pattern: new RegExp(`^${path.replaceAll(/:(\w+)/g, "(?<$1>[^/]+)")}$`), handle };
  });
  return (method, url, body) => {
    const path = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : null;
    const route = path === null ? undefined : table.find((route) => route.method === method && route.pattern.test(path));
    if (!route) throw notFound();
    const params = route.pattern.exec(path).groups ?? {};
    const value = route.handle({ params, query: url.searchParams, body });
    if (value?.csv !== undefined) return value;
    return { status: value === undefined ? 204 : method === "POST" && path === "/tenants" ? 201 : 200, value };
  };
}

/** A page of `all`: `text` says what is searched in, `by` how a column sorts. */
export function listing(all, query, { text = (item) => JSON.stringify(item), keep = () => true } = {}) {
  const q = (query.get("q") ?? "").toLowerCase();
  const sort = query.get("sort") ?? "";
  const column = sort.replace(/^-/, "");
  const [page, per_page] = [Number(query.get("page") ?? 1), Number(query.get("per_page") ?? 25)];
  const found = all.filter((item) => keep(item) && text(item).toLowerCase().includes(q));
  if (column) {
    if (found.length && !(column in found[0])) throw invalid("sort", `There is no column ${column} to sort by.`);
    const way = sort.startsWith("-") ? -1 : 1;
    found.sort((a, b) => way * (typeof a[column] === "string" ? a[column].localeCompare(b[column]) : (a[column] ?? 0) - (b[column] ?? 0)));
  }
  return { items: found.slice((page - 1) * per_page, page * per_page), total: found.length, page, per_page };
}

export function find(all, id) {
  const item = all.find((item) => item.id === id);
  if (!item) throw notFound();
  return item;
}
