// Preset P3, "Ring me", played by two people in two browsers from registration to rating, on both demo tenants.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchBrowser, PHONE, person, screenshot } from "./lib/browser.mjs";
import { startProduct } from "./lib/server.mjs";
import { goAvailable, inPhase, json, pay, register, ring, seesOther, startSelling, topUp } from "./lib/steps.mjs";

// 10.00 a minute in blocks of five seconds: 5.00 last half a minute, in six blocks of 83 or 84 cents.
const RATE = "10.00";
const CREDIT_MINOR = 500;
const SELLER = "Sela Ringer";
const BUYER = "Bo Caller";
const upToBlock = (count) => Math.floor((1_000 * 5 * count) / 60);

let product;
let browser;
before(async () => {
  product = await startProduct("p3");
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

for (const name of ["lumen", "velvet"]) {
  test(`a paid call on ${name}, from login to rating`, { timeout: 240_000 }, () => play(name));
}

async function play(name) {
  const tenant = product[name];
  const shots = (page, step) => screenshot(page, `p3-${name}-${step}`);
  const seller = await person(browser, tenant);
  const buyer = await person(browser, tenant, { viewport: name === "velvet" ? PHONE : undefined });
  const people = { seller, buyer, shots };

  await register(seller, product, SELLER);
  await startSelling(seller, { headline: "Answers at once", title: "A short talk", rate: RATE });
  await goAvailable(seller);
  await register(buyer, product, BUYER);
  await topUp(buyer, "5.00");

  await ring(buyer, SELLER);
  await shots(buyer, "1-calling");
  await answerAndCheck(people);
  await connect(people);
  await talk(people);
  await runOutAndGoOn(people);
  await endAndRate(people);
  assert.deepEqual(seller.problems, []);
  assert.deepEqual(buyer.problems, []);
  await seller.context().close();
  await buyer.context().close();
}

/** The seller accepts; both see the other move, and nothing is charged. */
async function answerAndCheck({ seller, buyer, shots }) {
  await seller.getByText(BUYER).first().waitFor();
  await shots(seller, "2-ringing");
  await seller.getByTestId("accept").click();
  await Promise.all([inPhase(seller, "pre_check"), inPhase(buyer, "pre_check")]);
  await Promise.all([seesOther(seller), seesOther(buyer)]);
  await shots(buyer, "3-check");
  assert.equal((await json(buyer, "/api/v1/wallet")).available_minor, CREDIT_MINOR);
}

/** Billing starts only when the second one presses. */
async function connect({ seller, buyer, shots }) {
  await buyer.getByTestId("connect").click();
  await seller.locator("li.is-ready", { hasText: BUYER }).waitFor();
  await inPhase(seller, "pre_check");
  await seller.getByTestId("connect").click();
  await Promise.all([inPhase(seller, "live"), inPhase(buyer, "live")]);
  await Promise.all([seesOther(seller), seesOther(buyer)]);
  await shots(buyer, "4-live");
}

/** Money and time are shown and run; chat, mute and camera work. */
async function talk({ seller, buyer, shots }) {
  await buyer.locator("[data-testid=remaining].is-low").waitFor();
  await atTheBottomLeft(buyer, buyer.locator("[data-toast=warning]"));
  await isRed(buyer.getByTestId("remaining"));
  assert.match(await buyer.getByTestId("remaining").innerText(), /0:[0-3]\d/);
  assert.match(await buyer.getByTestId("charged").innerText(), /0\.83|1\.66|2\.50/);

  await buyer.getByTestId("chat").click();
  await buyer.getByTestId("chat-input").fill("Hello <b>there</b>");
  await buyer.getByTestId("chat-send").click();
  await seller.getByTestId("chat").click();
  await seller.locator("#chat-lines").getByText("Hello <b>there</b>").waitFor();
  await shots(seller, "5-chat");
  await buyer.locator("#chat [data-do=chat]").click();

  await seller.getByTestId("mic").click();
  await buyer.locator(".tile-other .tile-muted").waitFor();
  await seller.getByTestId("mic").click();
  await buyer.locator(".tile-other .tile-muted").waitFor({ state: "hidden" });
}

async function atTheBottomLeft(page, element) {
  await element.waitFor();
  const { x, y, width } = await element.boundingBox();
  const view = page.viewportSize();
  assert.ok(x >= 0 && x + width <= view.width && x < 40, `the toast begins at ${x}`);
  assert.ok(y > view.height / 2, `the toast is at ${y} of ${view.height}`);
}

/** White on red, in the chip's own colours. */
async function isRed(element) {
  const color = await element.evaluate((node) => {
    const chip = node.closest(".chip-time");
    const canvas = document.createElement("canvas").getContext("2d");
    canvas.fillStyle = getComputedStyle(chip).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  });
  assert.ok(color[0] > color[1] + 60 && color[0] > color[2] + 60, `the time left is ${color}`);
}

/** At zero the call waits; a top-up on the gateway's page, in another tab, resumes it. */
async function runOutAndGoOn({ seller, buyer, shots }) {
  await Promise.all([inPhase(buyer, "suspended", 60_000), inPhase(seller, "suspended", 60_000)]);
  await Promise.all([shots(buyer, "6-suspended"), shots(seller, "6-suspended-seller")]);
  assert.equal((await json(buyer, "/api/v1/wallet")).available_minor, 0);
  await buyer.locator("[data-toast=warning]").waitFor({ state: "detached" });

  const opened = buyer.context().waitForEvent("page");
  const amount = buyer.locator("[data-testid^=rescue-amount]").first();
  await amount.click();
  const gateway = await opened;
  await gateway.waitForURL(/\/gateway\/test\//);
  await screenshot(gateway, "p3-gateway");
  await pay(gateway);
  await Promise.all([inPhase(buyer, "live"), inPhase(seller, "live")]);
  await Promise.all([seesOther(seller), seesOther(buyer)]);
  await shots(buyer, "7-resumed");
}

/** The buyer ends, the seller acknowledges, both bills agree with the ledger, the buyer rates. */
async function endAndRate({ seller, buyer, shots }) {
  const call = new URL(buyer.url()).pathname.split("/").pop();
  await buyer.getByTestId("end").click();
  await buyer.getByTestId("end-confirm").click();
  await seller.getByTestId("ended").waitFor();
  await shots(seller, "8-ended");
  await seller.getByTestId("ack").click();
  await Promise.all([seller.getByTestId("total").waitFor(), buyer.getByTestId("total").waitFor()]);
  await shots(buyer, "9-summary");

  const charged = (await json(buyer, `/api/v1/calls/${call}`)).charged_minor;
  assert.ok(charged > CREDIT_MINOR, "what was added in the suspension was used");
  const blocks = Math.ceil((charged * 60) / 5_000);
  assert.equal(charged, upToBlock(blocks), "whole blocks, rounded down once");
  const wallet = await json(buyer, "/api/v1/wallet");
  const paidIn = wallet.lines.filter((line) => line.kind === "top_up").reduce((sum, line) => sum + line.amount_minor, 0);
  assert.equal(wallet.balance_minor, paidIn - charged);
  assert.equal(wallet.held_minor, 0);

  await buyer.getByTestId("rate-5").check();
  await buyer.getByTestId("rate-submit").click();
  await buyer.locator("[data-testid=rate-5]:disabled").waitFor();
  const card = (await json(buyer, "/api/v1/sellers?available=true")).items.find(({ name }) => name === SELLER);
  assert.deepEqual(card.rating, { average_tenths: 50, count: 1 });
  await buyer.getByTestId("bill-link").click();
  await buyer.waitForURL(/\/bill$/);
  await buyer.getByText((charged / 100).toFixed(2)).first().waitFor();
  await shots(buyer, "10-bill");
  await seller.goto(`/calls/${call}/bill`);
  await seller.getByText((charged / 100).toFixed(2)).first().waitFor();
  await shots(seller, "10-bill-seller");
}
