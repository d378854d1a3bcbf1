// A server of sample data in the shapes of the consoles' API, for development and tests. It serves what was built, with
// the product's own content security policy; hosts tell the two consoles apart as in the product:
//
//   node tools/mock.mjs [PORT]     http://localhost:PORT/admin and http://lumen.localhost:PORT/admin
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import { platformApi } from "./mock/platform.mjs";
import { Refusal } from "./mock/rest.mjs";
import { tenantApi } from "./mock/tenant.mjs";

const here = import.meta.dirname;
const dist = join(here, "../dist");
const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2" };

/** What every sample recording shows. */
const FILM = readFileSync(join(here, "mock/film.mp4"));

/** As src/web/headers.rs has it, so that what the product would block is blocked here. */
const POLICY = /CONTENT_SECURITY_POLICY: &str = "([^"]+)"/
  .exec(readFileSync(join(here, "../../src/web/headers.rs"), "utf8"))[1]
  .replaceAll(/\\\s+/g, "");

/** Starts it on a free port or `port`; `api` holds the state that tests may look at and change. */
export function startMock(port = 0) {
  const state = {
    /** Makes everything as new. */
    reset: () => Object.assign(state, { platform: platformApi(), tenants: { lumen: tenantApi("lumen"), velvet: tenantApi("velvet") }, requests: [] }),
  };
  state.reset();
  const server = createServer((request, response) => {
    answer(state, request).then(({ status, type, body, cache = "no-store" }) => {
      response.writeHead(status, { "content-type": `${type}; charset=utf-8`, "content-security-policy": POLICY, "cache-control": cache });
      response.end(body);
    });
  });
  return new Promise((done) => server.listen(port, "127.0.0.1", () => done({ server, state, port: server.address().port })));
}

async function answer(state, request) {
  const url = new URL(request.url, `http://${request.headers.host}`);
  const tenant = url.hostname.endsWith(".localhost") ? url.hostname.split(".")[0] : null;
  if (url.pathname.startsWith("/api/")) return api(state, tenant, request, url);
  if (url.pathname.startsWith("/theme/")) return file(join(here, "mock/themes", `${tenant ?? "default"}.css`));
  if (url.pathname === "/admin" || url.pathname.startsWith("/admin/")) {
    const path = join(dist, normalize(url.pathname.slice("/admin".length) || "/"));
    return extname(path) ? file(path) : file(join(dist, "index.html"));
  }
  const text = url.pathname === "/login" ? "sign in here" : "nothing here";
  return { status: url.pathname === "/login" ? 200 : 404, type: "text/plain", body: text };
}

function file(path) {
  if (!existsSync(path)) return { status: 404, type: "text/plain", body: "not found" };
  return { status: 200, type: TYPES[extname(path)] ?? "application/octet-stream", body: readFileSync(path), cache: path.startsWith(join(dist, "assets")) ? "max-age=31536000, immutable" : "no-cache" };
}

async function api(state, tenant, request, url) {
  if (/\/recordings\/[^/]+\/film$/.test(url.pathname)) return { status: 200, type: "video/mp4", body: FILM };
  const json = (status, value) => ({ status, type: "application/json", body: value === undefined ? "" : JSON.stringify(value) });
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const sent = Buffer.concat(chunks).toString("utf8");
  const body = chunks.length && request.headers["content-type"]?.startsWith("application/json") ? JSON.parse(sent) : sent || undefined;
  state.requests.push({ method: request.method, path: url.pathname + url.search, body });
  const routes = tenant ? state.tenants[tenant] : state.platform;
  try {
    const { status = 200, value, csv } = routes.answer(request.method, url, body);
    return csv === undefined ? json(status, value) : { status: 200, type: "text/csv", body: csv };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    const { status, code, message, field } = thrown;
    return json(status, { error: { code, message, ...(field && { field }), reference: "MOCK-0001" } });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { port } = await startMock(Number(process.argv[2] ?? 8099));
  console.log(`http://localhost:${port}/admin (owner@example.com, password "owner", code 123456)\nhttp://lumen.localhost:${port}/admin`);
}
