// Looking for somebody: the list follows what is typed and chosen, the address leads to it again, and all of it works
// without script.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomes } from "./lib/becomes.mjs";
import { launchBrowser, person } from "./lib/browser.mjs";
import { startProduct } from "./lib/server.mjs";

let product;
let browser;
before(async () => {
  product = await startProduct("search");
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

const names = (page) => page.locator("#found article h3").allTextContents();

test("the list follows what is typed and chosen, and the address leads to it again", { timeout: 120_000 }, async () => {
  const page = await person(browser, product.lumen);
  await page.goto("/");
  await page.fill("form[role=search] [name=q]", "law");
  await page.press("form[role=search] [name=q]", "Enter");
  await page.waitForURL(/\/search\?q=law/);
  const law = await names(page);
  assert.ok(law.length >= 2, law.join());

  await page.evaluate(() => (window.stays = true));
  await page.fill("#f-q", "tenanncy law");
  await becomes(async () => (await names(page)).join(), "Dr. Paul Okafor");
  await page.getByText("Nobody has exactly “tenanncy law”").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "f-q");
  await page.fill("#f-q", "");
  await page.selectOption("#f-language", "pt");
  await becomes(async () => (await names(page)).join(), "Ines Carvalho");
  await page.selectOption("#f-sort", "price");
  await becomes(() => new URL(page.url()).search, "?language=pt&sort=price");
  assert.equal(await page.evaluate(() => window.stays), true, "without a page in between");
  assert.equal(await page.inputValue("#f-language"), "pt");
  await page.reload();
  assert.deepEqual(await names(page), ["Ines Carvalho"]);
  assert.equal(await page.inputValue("#f-sort"), "price");
  await page.getByText("Next free: ").first().waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("the same without script", { timeout: 60_000 }, async () => {
  const context = await browser.newContext({ baseURL: product.lumen.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/search");
  await page.selectOption("#f-language", "pt");
  await page.fill("#f-max", "cheap");
  await page.click("form#search button");
  await page.getByText("Write a price like 1.80.").waitFor();
  await page.fill("#f-max", "5");
  await page.click("form#search button");
  await page.getByText("1 person").waitFor();
  assert.deepEqual(await names(page), ["Ines Carvalho"]);
  await context.close();
});
