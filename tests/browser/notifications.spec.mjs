// The bell of every page, live; what one is told, on a phone, too; and the browser's own part of push.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { becomes } from "./lib/becomes.mjs";
import { PHONE, launchBrowser, person, screenshot } from "./lib/browser.mjs";
import { startProduct } from "./lib/server.mjs";
import { DEMO_PASSWORD, json, logIn, submit } from "./lib/steps.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let product, browser, buyer, seller;
before(async () => {
  product = await startProduct("notifications");
  browser = await launchBrowser();
  seller = await person(browser, product.lumen, { viewport: PHONE });
  buyer = await person(browser, product.lumen);
  await logIn(seller, "mira@lumen.example", DEMO_PASSWORD);
  await logIn(buyer, "jonas@lumen.example", DEMO_PASSWORD);
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

/** Nothing for axe to find, nothing wider than the screen, nothing in the console. */
async function isClean(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `${name}: ${wide} px too wide`);
  await page.evaluate(axe);
  const found = await page.evaluate(async () =>
    (await window.axe.run(document, { resultTypes: ["violations"] })).violations.map((v) => `${v.id}: ${v.nodes[0].target}`),
  );
  assert.deepEqual(found, [], name);
  assert.deepEqual(page.problems, [], name);
  await screenshot(page, `notifications-${name}`);
}

const count = (page) => page.locator("[data-bell-number]").first();

test("the bell rings without a page being loaded again, and opens what rang", async () => {
  await seller.goto("/account");
  await seller.locator("html[data-presence=open]").waitFor({ state: "attached" });
  const before = Number(await count(seller).textContent());
  const { items } = await json(buyer, "/api/v1/conversations");
  const talk = items.find((item) => item.other.name.startsWith("Mira"));
  assert.ok(talk, "the demo has a conversation of theirs");
  await buyer.goto(`/conversations/${talk.id}`);
  await buyer.fill("[name=text]", "Are you there?");
  await submit(buyer, `/conversations/${talk.id}`);
  await seller.locator("[data-bell-count]:not([hidden])").waitFor();
  await becomes(async () => Number(await count(seller).textContent()), before + 1);

  await seller.locator("[data-bell] summary").click();
  const news = seller.locator("[data-bell] li[data-unread] a").first();
  await news.waitFor();
  assert.match(await news.textContent(), /Jonas.* wrote to you/);
  await isClean(seller, "bell-390");
  await news.click();
  await seller.waitForURL(/\/conversations\//);
  await seller.goto("/notifications");
  await isClean(seller, "list-390");
  assert.equal(await seller.locator("li[data-unread]").count(), before);
});

test("what one is told is chosen without scripts as well as with them", async () => {
  await seller.goto("/account/notifications");
  await isClean(seller, "settings-390");
  const box = () => seller.locator("[name='review.mail']");
  assert.equal(await box().isChecked(), false);
  await box().check();
  await submit(seller, "/account/notifications");
  await seller.waitForLoadState();
  assert.equal(await box().isChecked(), true);
  const context = await browser.newContext({ baseURL: product.lumen.url, javaScriptEnabled: false, storageState: await seller.context().storageState() });
  const plain = await context.newPage();
  await plain.goto("/account/notifications");
  assert.equal(await plain.locator("[name='review.mail']").isChecked(), true);
  await plain.locator("[name='review.mail']").uncheck();
  await submit(plain, "/account/notifications");
  assert.equal(await plain.locator("[name='review.mail']").isChecked(), false);
  await plain.goto("/notifications");
  assert.ok(await plain.getByRole("heading", { name: "Notifications" }).isVisible());
  await context.close();
});

test("the page says how push stands on this device, and its worker may run for the whole site", async () => {
  const states = () => seller.locator("[data-push]:visible").evaluateAll((all) => all.map((each) => each.dataset.push));
  await seller.goto("/account/notifications");
  await seller.locator("[data-push]:visible").first().waitFor();
  // Headless browsers refuse notifications unless they are told to allow them.
  assert.ok(["blocked", "off"].includes((await states())[0]), String(await states()));
  await seller.context().grantPermissions(["notifications"]);
  await seller.reload();
  await seller.locator("[data-push=off]:visible").waitFor();
  assert.deepEqual(await states(), ["off"]);
  const scope = await seller.evaluate(async () => {
    const registration = await navigator.serviceWorker.register("/push-worker.js", { scope: "/" });
    await navigator.serviceWorker.ready;
    return new URL(registration.scope).pathname;
  });
  assert.equal(scope, "/");
  assert.deepEqual(seller.problems, []);
});

test("what is pushed twice, or late, is shown once, and what is new of the same takes its place", async () => {
  const cdp = await seller.context().newCDPSession(seller);
  const known = new Promise((resolve) =>
    cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const own = registrations.find((one) => !one.isDeleted && new URL(one.scopeURL).pathname === "/");
      if (own) resolve(own.registrationId);
    }),
  );
  await cdp.send("ServiceWorker.enable");
  const registrationId = await known;
  const { origin } = new URL(seller.url());
  const shown = () =>
    seller.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      const all = await registration.getNotifications();
      return all.map(({ body, tag, renotify }) => [tag, body, renotify]).sort();
    });
  const slip = { title: "Lumen", icon: "/favicon.svg", link: "/account" };
  const push = (id, at, body) =>
    cdp.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data: JSON.stringify({ ...slip, id, at, body }) });
  await push("a", 1_000, "Advice is booked");
  await becomes(shown, [["a", "Advice is booked", true]]);
  // The answer was lost, and it is sent again: nothing rings.
  await push("a", 1_000, "Advice is booked");
  await becomes(shown, [["a", "Advice is booked", false]]);
  await push("a", 2_000, "Advice begins soon");
  await becomes(shown, [["a", "Advice begins soon", true]]);
  await push("a", 1_000, "Advice is booked");
  await push("b", 1_000, "A letter is ordered");
  await becomes(shown, [["a", "Advice begins soon", false], ["b", "A letter is ordered", true]]);
});

test("whoever wants no motion sees the other scheme at once", async () => {
  const page = await person(browser, product.lumen);
  await page.goto("/login");
  await page.emulateMedia({ colorScheme: "dark" });
  const moving = await page.evaluate(() => {
    const { color } = getComputedStyle(document.querySelector("header a span"));
    return { color, animations: document.getAnimations().length };
  });
  await page.reload();
  const color = await page.evaluate(() => getComputedStyle(document.querySelector("header a span")).color);
  assert.deepEqual(moving, { color, animations: 0 });
  await page.context().close();
});
