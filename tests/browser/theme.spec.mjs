// A tenant's own templates, style sheet, words and pictures, written by somebody who means harm: pages are served, and
// nothing runs, fetches or sends anything anywhere. The browser's console and its requests say so.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { launchBrowser, person } from "./lib/browser.mjs";
import { startProduct } from "./lib/server.mjs";
import { logIn } from "./lib/steps.mjs";

const EVIL = "http://evil.localhost:9";
let product;
let browser;
let admin;
before(async () => {
  product = await startProduct("theme");
  browser = await launchBrowser();
  admin = await person(browser, product.lumen);
  const login = product.seeded.split("\n").map((line) => line.trim().split(/\s+/)).find((words) => words.includes("admin@lumen.example"));
  await logIn(admin, "admin@lumen.example", login.at(-1));
});
after(async () => {
  await browser?.close();
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

/** Opens the home page as a visitor; says what it asked for elsewhere and whether anything ran. */
async function visit() {
  const page = await person(browser, product.lumen);
  const elsewhere = [];
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith("http") && host !== new URL(product.lumen.url).host) elsewhere.push(request.url());
  });
  page.on("dialog", (dialog) => {
    elsewhere.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  const answer = await page.goto("/");
  assert.equal(answer.status(), 200);
  await page.locator("footer").waitFor();
  return { page, elsewhere };
}

const ran = (page) => page.evaluate(() => window.attacked ?? null);

test("what passes the check can do nothing: policy and escaping hold", { timeout: 60_000 }, async () => {
  const hero = `<section class="page"><h1>Own</h1>
    <img class="fetched" src="${EVIL}/pixel.png" alt="">
    <a class="runs" href="javascript:window.attacked=1">run</a>
    <form class="leads" action="${EVIL}/steal"><button>send</button></form></section>`;
  await publish("PUT", "/branding/template?name=parts/hero", hero);
  await publish("PUT", "/branding/css", "h1 { color: rgb(1, 2, 3) } :root, html { display: none }");
  const attack = "<img src=x onerror=window.attacked=1><script>window.attacked=1</script>";
  await publish("PUT", "/words", { language: "en", key: "nav.browse", value: attack });
  const { page, elsewhere } = await visit();
  assert.equal(await page.locator("h1").evaluate((h1) => getComputedStyle(h1).color), "rgb(1, 2, 3)");
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).display), "block", "the sheet stays in its scope");
  assert.ok((await page.locator("nav").first().innerText()).includes(attack), "words are shown as they were written");
  await page.locator(".runs").click();
  await page.locator(".leads button").click();
  await page.waitForTimeout(300);
  assert.equal(new URL(page.url()).host, new URL(product.lumen.url).host, "the form led nowhere");
  assert.equal(await ran(page), null);
  assert.deepEqual(elsewhere, []);
  const blocked = page.problems.filter((problem) => /Content Security Policy/.test(problem));
  assert.ok(blocked.length >= 2, `the console says what was blocked: ${page.problems}`);
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
  let seen;
  for (let tries = 0; tries < 40; tries++) {
    seen = await visit();
    if (await seen.page.locator(`img[src="/look/${picture}"]`).count()) break;
    await seen.page.context().close();
    await admin.waitForTimeout(250);
  }
  const { page, elsewhere } = seen;
  assert.ok(await page.locator("h1").isVisible(), "the theme's own hero");
  assert.equal(await page.locator("h1").innerText() === "Own", false);
  await page.goto(`/look/${picture}`);
  await page.waitForTimeout(200);
  assert.equal(await page.evaluate(() => window.attacked ?? null).catch(() => null), null);
  assert.deepEqual(elsewhere, []);
  const { body } = await ask("GET", "/branding");
  assert.match(body.fault.why, /parts\/hero.*Line 1: `<script>`/);
});
