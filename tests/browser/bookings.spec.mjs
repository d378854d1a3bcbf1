// Preset P2, "Conference hour", played by two people in two browsers: a time is asked for, accepted, paid on the gateway's
// page, and the call launched by the seller before its time; on a desktop and on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomes } from "./lib/becomes.mjs";
import { launchBrowser, PHONE, person, screenshot } from "./lib/browser.mjs";
import { atRest, axe, overflow } from "./lib/faults.mjs";
import { startProduct } from "./lib/server.mjs";
import { inPhase, json, pay, register, seesOther, startSelling, submit } from "./lib/steps.mjs";

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
  await startSelling(seller, { headline: "Confers by the minute", title: "A conference", rate: "6.00", booking: "pay_after_accept", length: "1" });
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
  await buyer.locator("form:has([value=pay]) button").click();
  await buyer.waitForURL(/\/gateway\/test\//);
  await pay(buyer);
  await buyer.waitForURL(/\/conferences\/[0-9a-f-]+$/);
  const order = new URL(buyer.url()).pathname.split("/").pop();
  await becomes(async () => (await json(buyer, `/api/v1/bookings/${order}`)).state, "booked");
  await buyer.reload();
  await seen(buyer, "5-booked");

  await seller.reload();
  await seller.locator("button[value=launch]").click();
  await seller.waitForURL(/\/calls\/[0-9a-f-]+$/);
  await buyer.getByTestId("accept").click();
  await Promise.all([inPhase(seller, "pre_check"), inPhase(buyer, "pre_check")]);
  await buyer.getByTestId("connect").click();
  await seller.getByTestId("connect").click();
  await Promise.all([inPhase(seller, "live"), inPhase(buyer, "live")]);
  await Promise.all([seesOther(seller), seesOther(buyer)]);
  await screenshot(buyer, `bookings-${name}-6-live`);
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
  await buyer.goto(`/conferences/${order}`);
  await seen(buyer, "7-over");
  for (const page of [seller, buyer]) {
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
}
