// A tenant's own templates, style sheet, words and pictures, written by somebody who means harm: pages are served, and
// nothing runs, fetches or sends anything anywhere. The browser's console says so, and a server that listens for it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { becomes } from "./lib/becomes.mjs";
import { launchBrowser, person } from "./lib/browser.mjs";
import { startProduct } from "./lib/server.mjs";
import { logIn } from "./lib/steps.mjs";

/** Where attacks want to lead: whatever arrives there is written down. */
const arrived = [];
const listener = createServer((request, response) => {
  arrived.push(request.url);
  // A page without an icon: else the browser asks for one whenever it likes.
  response.setHeader("content-type", "text/html");
  response.end('<link rel="icon" href="data:,">');
});
let EVIL;
let product;
let browser;
let admin;
before(async () => {
  await new Promise((done) => listener.listen(0, "127.0.0.1", done));
  EVIL = `http://evil.localhost:${listener.address().port}`;
  product = await startProduct("theme");
  browser = await launchBrowser();
  admin = await person(browser, product.lumen);
  const login = product.seeded.split("\n").map((line) => line.trim().split(/\s+/)).find((words) => words.includes("admin@lumen.example"));
  await logIn(admin, "admin@lumen.example", login.at(-1));
});
after(async () => {
  await browser?.close();
  listener.close();
  await product?.stop();
});

/** Asks the API as the admin does: `body` is a text, or a thing for JSON. */
function ask(method, path, body) {
  return admin.evaluate(
    async ([method, path, body]) => {
      const text = typeof body === "string";
      const headers = { "content-type": text ? "text/plain" : "application/json" };
      const answer = await fetch(`/api/v1/admin${path}`, { method, headers, body: body === undefined ? undefined : text ? body : JSON.stringify(body) });
      return { status: answer.status, ...(answer.status === 204 ? {} : { body: await answer.json() }) };
    },
    [method, path, body],
  );
}

async function publish(method, path, body) {
  const { status, body: told } = await ask(method, path, body);
  assert.ok(status === 200 || status === 204, `${path}: ${status} ${JSON.stringify(told)}`);
}

/** Opens the home page as a visitor. */
async function visit() {
  const page = await person(browser, product.lumen);
  page.on("dialog", (dialog) => {
    arrived.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  const answer = await page.goto("/");
  assert.equal(answer.status(), 200);
  await page.locator("footer").waitFor();
  return page;
}

const ran = (page) => page.evaluate(() => window.attacked ?? null);

test("what arrives elsewhere is seen", async () => {
  const page = await person(browser, product.lumen);
  await page.goto(`${EVIL}/alive`);
  assert.ok(arrived.splice(0).includes("/alive"));
});

test("what passes the check can do nothing: policy and escaping hold", { timeout: 60_000 }, async () => {
  const hero = `<section class="page"><h1>Own</h1>
    <img class="fetched" src="${EVIL}/pixel.png" alt="">
    <a class="runs" href="javascript:window.attacked=1">run</a>
    <form class="leads" action="${EVIL}/steal"><button>send</button></form></section>`;
  await publish("PUT", "/branding/template?name=parts/hero", hero);
  await publish("PUT", "/branding/css", "h1 { color: rgb(1, 2, 3) } :root, html { display: none }");
  const attack = "<img src=x onerror=window.attacked=1><script>window.attacked=1</script>";
  await publish("PUT", "/words", { language: "en", key: "nav.browse", value: attack });
  const page = await visit();
  assert.equal(await page.locator("h1").evaluate((h1) => getComputedStyle(h1).color), "rgb(1, 2, 3)");
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).display), "block", "the sheet stays in its scope");
  assert.ok((await page.locator("nav").first().innerText()).includes(attack), "words are shown as they were written");
  for (const trap of [".runs", ".leads button"]) await page.locator(trap).evaluate((element) => element.click());
  const blocked = () => page.problems.filter((problem) => /Content Security Policy/.test(problem)).length;
  await becomes(() => blocked() >= 2, true);
  await page.waitForTimeout(300);
  assert.equal(new URL(page.url()).host, new URL(product.lumen.url).host, "the form led nowhere");
  assert.equal(await ran(page), null);
  assert.deepEqual(arrived, []);
});

test("what was never checked can do nothing either, and the staff are told", { timeout: 60_000 }, async () => {
  // Straight into the database, as if an older version had taken it.
  const put = (type, text) => {
    const hash = createHash("sha256").update(text).digest("hex");
    const body = Buffer.from(text).toString("hex");
    product.sql(`SET row_security = off; ALTER TABLE look_files NO FORCE ROW LEVEL SECURITY;
      INSERT INTO look_files SELECT id, '${hash}', '${type}', '\\x${body}', now() FROM tenants WHERE slug = 'lumen';
      ALTER TABLE look_files FORCE ROW LEVEL SECURITY;`);
    return hash;
  };
  const template = put("text/x-handlebars", `<script>window.attacked=1</script><script src="${EVIL}/x.js"></script>{{> parts/hero}}`);
  const picture = put("image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"><script>window.attacked=1</script><image href="${EVIL}/x.png"/></svg>`);
  product.sql(`ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY;
    UPDATE tenants SET look_revision = look_revision + 1, brand = brand || jsonb_build_object('logo', '${picture}',
      'templates', jsonb_build_object('parts/hero', '${template}')) WHERE slug = 'lumen';
    ALTER TABLE tenants FORCE ROW LEVEL SECURITY;`);
  // Another process's change shows once what is remembered of hosts is old.
  const page = await visit();
  const logo = page.locator(`img[src="/look/${picture}"]`).first();
  for (let tries = 0; tries < 40 && !(await logo.count()); tries++) {
    await page.waitForTimeout(250);
    await page.goto("/");
  }
  assert.ok(await logo.count(), "the change shows");
  assert.ok(await page.locator("h1").isVisible(), "the theme's own hero");
  assert.equal(await page.locator("h1").innerText() === "Own", false);
  await page.goto(`/look/${picture}`);
  await page.waitForTimeout(200);
  assert.equal(await page.evaluate(() => window.attacked ?? null).catch(() => null), null);
  assert.deepEqual(arrived, []);
  const { body } = await ask("GET", "/branding");
  assert.match(body.fault.why, /parts\/hero.*Line 1: `<script>`/);
});
