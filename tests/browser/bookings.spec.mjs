// Preset P2, "Conference hour", played by two people in two browsers: a time is asked for, accepted, paid on the gateway's
// page, and the call launched by the seller before its time; on a desktop and on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomes } from "./lib/becomes.mjs";
import { launchBrowser, PHONE, person, screenshot } from "./lib/browser.mjs";
import { atRest, axe, overflow } from "./lib/faults.mjs";
import { startProduct } from "./lib/server.mjs";
import { connect, goAvailable, json, pay, register, startSelling, submit, topUp } from "./lib/steps.mjs";

const SELLER = "Cora Confer";
const BUYER = "Ben Booker";

let product;
let browser;
before(async () => {
  product = await startProduct("bookings");
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

for (const [name, viewport] of [["lumen", undefined], ["velvet", PHONE]]) {
  test(`a conference on ${name}, from the free time to the rating`, { timeout: 240_000 }, () => play(name, viewport));
}

test("a talk at once on velvet: asked for, accepted, paid on the gateway's page, and both are taken into the room", { timeout: 240_000 }, async () => {
  const seller = await person(browser, product.velvet, { viewport: PHONE });
  const buyer = await person(browser, product.velvet);
  await register(seller, product, "Ina Instant");
  const service = { title: "Right away", rate: "6.00", booking: "pay_after_accept", length: "3", atOnce: true };
  await startSelling(seller, { headline: "Talks right away", ...service });
  await goAvailable(seller);

  await register(buyer, product, "Ned Now");
  await buyer.goto("/search?q=right+away");
  await buyer.getByRole("link", { name: "Ina Instant" }).first().click();
  await buyer.locator("a[href^='/book/']:visible").first().click();
  await buyer.locator("form:has([name=at_once]) button").click();
  await buyer.waitForURL(/\/conferences\/[0-9a-f-]+$/);
  const order = new URL(buyer.url()).pathname;
  await screenshot(buyer, "bookings-now-1-asked");

  // The seller's page rings for it, and leads to the order.
  await seller.getByTestId("accept").waitFor();
  await screenshot(seller, "bookings-now-2-rings");
  await seller.getByTestId("accept").click();
  await seller.waitForURL((url) => url.pathname === order);
  // The buyer's page shows by itself that it is to be paid.
  await buyer.locator("button[value=pay]").click({ timeout: 20_000 });
  await buyer.waitForURL(/\/gateway\/test\//);
  await pay(buyer);
  await Promise.all([buyer, seller].map((page) => page.waitForURL(/\/calls\/[0-9a-f-]+$/, { timeout: 20_000 })));
  await connect(seller, buyer);
  await screenshot(buyer, "bookings-now-3-live");
  // More time: nothing is in the wallet and no card is kept, so it is paid on the gateway's page, in another tab.
  await ask(seller, "1");
  const opened = buyer.context().waitForEvent("page");
  await buyer.getByTestId("extend-yes").click();
  const paying = await opened;
  await paying.waitForURL(/\/gateway\/test\//);
  await screenshot(buyer, "bookings-now-4-paying");
  await toast(seller, "Ned Now agreed to 1 more minute and is paying.");
  await pay(paying);
  await Promise.all([seller, buyer].map((page) => toast(page, "Time increased successfully")));
  await paying.close();
  await seller.getByTestId("end").click();
  await seller.getByTestId("end-confirm").click();
  await buyer.getByTestId("ended").waitFor();
  await screenshot(buyer, "bookings-now-5-ended");
  await buyer.getByTestId("ack").click();
  await buyer.getByTestId("total").waitFor();
  const ended = await json(buyer, `/api/v1/bookings/${order.split("/").pop()}`);
  assert.equal(ended.outcome, "held");
  // The seller ended it: what wasn't used came back.
  assert.equal(ended.price_minor, 2_400);
  assert.ok(ended.refund_minor > 0 && ended.refund_minor < 2_400, ended.refund_minor);
  assert.equal(Number(product.sql("select sum(amount_minor) from ledger_entries")), 0);
  for (const page of [seller, buyer]) assert.deepEqual(page.problems, []);
});

async function play(name, viewport) {
  const tenant = product[name];
  const seller = await person(browser, tenant);
  const buyer = await person(browser, tenant, { viewport });
  const seen = async (page, step) => {
    await atRest(page);
    assert.deepEqual([...(await overflow(page)), ...(await axe(page))], [], step);
    await screenshot(page, `bookings-${name}-${step}`);
  };

  await register(seller, product, SELLER);
  await startSelling(seller, { headline: "Confers by the minute", title: "A conference", rate: "6.00", booking: "pay_after_accept", length: "3" });
  await seller.goto("/sell/hours");
  for (const day of ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]) await seller.fill(`[name=${day}]`, "0-24");
  await submit(seller, "/sell/hours");
  await seller.locator("[name=monday]").and(seller.locator("[value='00:00–24:00']")).waitFor();
  await seen(seller, "1-hours");

  await register(buyer, product, BUYER);
  await buyer.goto("/search?q=confers");
  await buyer.getByRole("link", { name: SELLER }).first().click();
  await buyer.locator("a[href^='/book/']:visible").first().click();
  await buyer.locator("label:has([name=start])").nth(4).click();
  await seen(buyer, "2-times");
  await buyer.locator("form:has([name=start]) button:visible").first().click();
  await buyer.waitForURL(/\/conferences\/[0-9a-f-]+$/);
  await seen(buyer, "3-asked");

  await seller.goto("/conferences");
  await seller.getByRole("link", { name: BUYER }).click();
  await seen(seller, "4-answer");
  await seller.locator("button[value=accept]").click();
  await seller.locator("button[value=accept]").waitFor({ state: "detached" });
  await buyer.reload();
  // On the phone the card only holds the money.
  const holds = viewport === PHONE;
  await seen(buyer, "5-to-pay");
  await buyer.locator(`button[value=${holds ? "hold" : "pay"}]`).click();
  await buyer.waitForURL(/\/gateway\/test\//);
  await pay(buyer);
  await buyer.waitForURL(/\/conferences\/[0-9a-f-]+$/);
  const order = new URL(buyer.url()).pathname.split("/").pop();
  await becomes(async () => (await json(buyer, `/api/v1/bookings/${order}`)).state, "booked");
  await buyer.reload();
  await seen(buyer, "5-booked");
  assert.equal(await buyer.getByText("Your card holds").isVisible(), holds);
  await topUp(buyer, "10", { keep: true });

  await seller.reload();
  await seller.locator("button[value=launch]").click();
  await seller.waitForURL(/\/calls\/[0-9a-f-]+$/);
  await buyer.getByTestId("accept").click();
  await connect(seller, buyer);
  await screenshot(buyer, `bookings-${name}-6-live`);

  // More time: the wallet has 10.00, and the card that is kept pays what is missing, but at least 5.00.
  const question = buyer.getByTestId("extension-question");
  await ask(seller, "2", () => seen(seller, "7-extend"));
  await question.filter({ hasText: `${SELLER} wishes to extend the time by 2 minutes. If you confirm, this will cost you an extra` }).waitFor();
  await seen(buyer, "8-asked");
  await buyer.getByTestId("extend-yes").click();
  await Promise.all([seller, buyer].map((page) => toast(page, "Time increased successfully")));
  await screenshot(buyer, `bookings-${name}-9-extended`);
  assert.equal((await json(buyer, "/api/v1/wallet")).available_minor, 300);
  await ask(seller, "1");
  await question.filter({ hasText: "by 1 minute." }).waitFor();
  await buyer.getByTestId("extend-no").click();
  await toast(seller, `${BUYER} declined your extension`);
  await screenshot(seller, `bookings-${name}-10-declined`);
  const call = new URL(buyer.url()).pathname;

  await buyer.getByTestId("end").click();
  await buyer.getByTestId("end-confirm").click();
  await seller.getByTestId("ended").waitFor();
  await seller.getByTestId("ack").click();
  await Promise.all([seller.getByTestId("total").waitFor(), buyer.getByTestId("total").waitFor()]);
  await buyer.getByTestId("rate-5").check();
  await buyer.getByTestId("rate-submit").click();
  await buyer.locator("[data-testid=rate-5]:disabled").waitFor();
  // Who goes early has paid for the whole time.
  const ended = await json(buyer, `/api/v1/bookings/${order}`);
  assert.deepEqual([ended.outcome, ended.refund_minor], ["held", 0]);
  assert.equal(Number(product.sql("select sum(amount_minor) from ledger_entries")), 0);
  assert.deepEqual([ended.length_min, ended.price_minor], [5, 3_000]);
  await buyer.goto(`/conferences/${order}`);
  if (holds) {
    const taken = buyer.getByText("$18.00 was taken from your card.");
    await becomes(async () => (await buyer.reload()) && taken.isVisible(), true);
  }
  await seen(buyer, "11-over");
  await buyer.goto(`${call}/bill`);
  await buyer.locator("a[href*='/tip?call=']").click();
  await buyer.locator("label:has([name=choice][value='100'])").click();
  await seen(buyer, "12-tip");
  await buyer.locator("form:has([name=choice]) button").click();
  await buyer.waitForURL((url) => url.pathname === `${call}/bill`);
  await seen(buyer, "13-tipped");
  assert.equal((await json(buyer, "/api/v1/wallet")).available_minor, 200);
  assert.equal(Number(product.sql("select sum(amount_minor) from ledger_entries")), 0);
  for (const page of [seller, buyer]) {
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
}

/** The seller asks for so many more minutes. */
async function ask(seller, minutes, look = async () => {}) {
  await seller.getByTestId("extend").click();
  await seller.getByTestId("extend-minutes").fill(minutes);
  await look();
  await seller.getByTestId("extend-ask").click();
}

/** Waits until a page tells something. */
async function toast(page, text) {
  await page.getByTestId("toast").filter({ hasText: text }).waitFor();
}
