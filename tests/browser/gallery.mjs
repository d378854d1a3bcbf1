// Looks at every page of the demo's themes: a screenshot each at 1280 and 390 px, light and dark, and the checks that
// need a browser (axe finds nothing, nothing overflows sideways, the content security policy blocks nothing).
//
//   tallyroom gallery OUT && node tests/browser/gallery.mjs OUT [--no-shots] [FILTER]
//
// Screenshots and an index page of them go to OUT/shots; a test does without.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { axeIn, atRest, overflow, schemesIn, wear, WIDTHS } from "./lib/faults.mjs";
import { serve as serveRoom, statesOf } from "./lib/room-states.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const shoots = !process.argv.includes("--no-shots");
const [out, filter = ""] = process.argv.slice(2).filter((argument) => argument !== "--no-shots");
if (!out) throw new Error("usage: node gallery.mjs OUT [--no-shots] [FILTER]");

const CSP =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
  "connect-src 'self' ws: wss:; worker-src 'self'; frame-ancestors 'none'";
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
/** Serves the samples as the product would serve the pages: same addresses, same policy. */
function serve() {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
    const file = join(out, path);
    try {
      const body = readFileSync(file);
      const mail = path.includes("/mail-");
      response.writeHead(200, {
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
        "content-security-policy": mail ? "default-src 'none'; style-src 'unsafe-inline'" : CSP,
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

/** A page in one width, and in the schemes that it has something new in: a second language is there for its long words only. */
async function look(page, base, sample, width, told) {
  const problems = [];
  const shots = [];
  // The samples have no server behind them: no socket, no mail frame.
  const quiet = /WebSocket|\/ws|40[14]|dev\/mailbox/;
  const onConsole = (message) => message.type() === "error" && !quiet.test(message.text()) && problems.push(message.text());
  const onError = (error) => problems.push(String(error));
  page.on("console", onConsole);
  page.on("pageerror", onError);
  const first = sample.theme.endsWith("-en");
  for (const scheme of first ? schemesIn(width, shoots) : ["light"]) {
    await wear(page, { width, scheme });
    if (scheme === "light") {
      await page.goto(`${base}/${sample.theme}/${sample.name}.html`, { waitUntil: "load" });
      await page.evaluate(() => document.fonts.ready);
      if (sample.state) await told.then(() => sample.state.act?.(page));
      problems.push(...(await overflow(page)));
    }
    await atRest(page);
    if (first && !sample.name.startsWith("mail-")) problems.push(...(await axeIn(page, scheme)));
    const shot = `${titled(sample).replace("/", "-")}-${width}-${scheme}.png`;
    shots.push(shot);
    if (shoots) await page.screenshot({ path: join(out, "shots", shot), fullPage: true });
  }
  page.off("console", onConsole);
  page.off("pageerror", onError);
  return { shots, problems };
}

const titled = ({ theme, name, state }) => `${theme}/${name}${state ? `-${state.name}` : ""}`;

function index(rows) {
  const cell = (shot) => `<a href="${shot}"><img src="${shot}" width="${shot.includes("-390-") ? 195 : 480}" loading="lazy"></a>`;
  const body = rows.map(({ title, shots }) => `<h2>${title}</h2><p>${shots.map(cell).join(" ")}</p>`).join("\n");
  return `<!doctype html><meta charset="utf-8"><title>Gallery</title><style>body{font:14px sans-serif;margin:24px;background:#888}img{vertical-align:top;border-radius:4px}</style>${body}`;
}

// A copy, so that a build in the meantime doesn't pull the styles away.
cpSync(join(root, "tenant_themes/dist"), join(out, "assets"), { recursive: true });
const server = await serve();
const base = `http://127.0.0.1:${server.address().port}`;
mkdirSync(join(out, "shots"), { recursive: true });
const samples = readdirSync(out, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !["assets", "shots", "theme"].includes(entry.name))
  .flatMap((entry) =>
    readdirSync(join(out, entry.name))
      .filter((file) => file.endsWith(".html"))
      .map((file) => ({ theme: entry.name, name: file.slice(0, -5) })),
  )
  .flatMap((sample) => [sample, ...statesOf(sample.name).map((state) => ({ ...sample, state }))])
  .filter((sample) => new RegExp(filter).test(titled(sample)));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
const rows = [];
let bad = 0;
const queue = [...samples];
async function worker() {
  // The policy applies as in the product; bypassing it here only lets axe in.
  const context = await browser.newContext({ bypassCSP: false, timezoneId: "Europe/Berlin" });
  const page = await context.newPage();
  // What the page that is looked at is told, and until when.
  const said = {};
  await serveRoom(page, () => said.state, () => said.all());
  for (let sample = queue.shift(); sample; sample = queue.shift()) {
    const shots = [];
    for (const width of WIDTHS) {
      said.state = sample.state;
      const told = new Promise((all) => (said.all = all));
      const seen = await look(page, base, sample, width, told);
      shots.push(...seen.shots);
      for (const problem of seen.problems) console.log(`${titled(sample)} ${width} px: ${problem}`);
      bad += seen.problems.length;
    }
    rows.push({ title: titled(sample), shots });
  }
  await context.close();
}
await Promise.all([worker(), worker()]);
rows.sort((a, b) => a.title.localeCompare(b.title));
if (shoots) writeFileSync(join(out, "shots/index.html"), index(rows));
await browser.close();
server.close();
console.log(JSON.stringify({ gallery: samples.length, looks: rows.flatMap((row) => row.shots).length, problems: bad }));
process.exit(bad ? 1 : 0);
