// What may happen to a call's media in browsers, and what the person would have seen: a tab that the system puts to sleep,
// a permission that is taken away, a disk that is full.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { launchBrowser, person, screenshot } from "./lib/browser.mjs";
import { required, startProduct } from "./lib/server.mjs";
import { inPhase, introduce, seesOther, talk } from "./lib/steps.mjs";

const SELLER = "Wanda Worst";
const files = mkdtempSync(join(tmpdir(), "tallyroom-worst-"));
let product;
let browser;
let seller;
let buyer;
before(async () => {
  product = await startProduct("worst", { TALLYROOM__FILES__DIRECTORY: files, TALLYROOM__MEDIA__NODE_BINARY: crampedNode() });
  // Who is asked by nobody can be refused by nobody: permissions are given, and taken away, as they really are.
  browser = await launchBrowser(["--use-fake-ui-for-media-stream"]);
  seller = await person(browser, product.lumen);
  buyer = await person(browser, product.lumen);
  await introduce(product, seller, buyer, { name: SELLER, buyerName: "Walt Weary", headline: "Goes on", title: "A talk that goes on", rate: "1.00" });
  await talk(seller, buyer, SELLER);
});
after(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(files, { recursive: true, force: true });
});

/** A media node none of whose files gets longer than a megabyte, as if there were no more space. */
function crampedNode() {
  const path = join(files, "cramped-node");
  writeFileSync(path, `#!/bin/sh\ntrap '' XFSZ\nulimit -f 2048\nexec ${required("TALLYROOM__MEDIA__NODE_BINARY")} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Which face the page shows, and what its notices say. */
function shown(page) {
  return page.evaluate(() => {
    const { phase, face } = document.querySelector("#room").dataset;
    const visible = (element) => element.getClientRects().length > 0;
    const said = [...document.querySelectorAll(".chip, [data-toast], .card-face h2")].filter(visible).map((element) => element.innerText.trim());
    return `${phase}/${face}: ${[...new Set(said)].filter(Boolean).join(" · ") || "nothing said"}`;
  });
}

test("a tab that sleeps for twenty seconds comes back by itself", { timeout: 180_000 }, async () => {
  await buyer.evaluate(() => {
    window.awakeAt = [Date.now()];
    setInterval(() => window.awakeAt.push(Date.now()), 100);
  });
  // `Page.setWebLifecycleState` doesn't freeze a page that is seen, as all are here: its scripts are held instead.
  const tab = await buyer.context().newCDPSession(buyer);
  await tab.send("Debugger.enable");
  const asleep = new Promise((done) => tab.once("Debugger.paused", done));
  await tab.send("Debugger.pause");
  await asleep;
  await pause(20_000);
  console.log(`asleep, the other sees ${await shown(seller)}`);
  await tab.send("Debugger.resume");
  await tab.detach();
  await buyer.waitForFunction(() => window.awakeAt.some((at, index) => at - window.awakeAt[index - 1] > 19_000));
  await Promise.all([inPhase(buyer, "live", 40_000), inPhase(seller, "live", 40_000)]);
  await Promise.all([seesOther(buyer), seesOther(seller)]);
  console.log(`awake again: ${await shown(buyer)}`);
});

test("a camera that may no longer be used says what to do, and comes back when it may", { timeout: 180_000 }, async () => {
  const all = await browser.newBrowserCDPSession();
  const { targetInfo } = await (await buyer.context().newCDPSession(buyer)).send("Target.getTargetInfo");
  const set = (setting) =>
    all.send("Browser.setPermission", { permission: { name: "camera" }, setting, origin: product.lumen.url, browserContextId: targetInfo.browserContextId });
  await set("denied");
  await buyer.locator("[data-testid=camera].is-off").waitFor({ timeout: 30_000 });
  await buyer.getByTestId("devices").click();
  const advice = buyer.locator("#dialog-devices .note-warn").first();
  await advice.waitFor();
  console.log(`camera forbidden: ${(await advice.innerText()).trim()}`);
  await screenshot(buyer, "worst-forbidden");
  assert.equal(await buyer.locator("#room").getAttribute("data-phase"), "live");
  await buyer.keyboard.press("Escape");
  await set("granted");
  await buyer.locator("[data-testid=camera]:not(.is-off)").waitFor({ timeout: 30_000 });
  await seesOther(seller);
});

test("a full disk ends the recording, says so, and the call goes on", { timeout: 180_000 }, async () => {
  // The bar comes when the mouse moves.
  await buyer.mouse.move(150, 300);
  await buyer.mouse.move(160, 310);
  await buyer.getByTestId("record").click();
  for (const page of [buyer, seller]) await page.getByTestId("record-yes").click();
  for (const page of [buyer, seller]) await page.getByTestId("recording-banner").waitFor();
  for (const page of [buyer, seller]) await page.getByTestId("recording-banner").waitFor({ state: "hidden", timeout: 90_000 });
  console.log(`disk full: ${await shown(buyer)}`);
  await screenshot(buyer, "worst-disk-full");
  assert.equal(product.sql("select ending from recordings"), "disk_full");
  await Promise.all([seesOther(buyer), seesOther(seller)]);
  assert.equal(await buyer.locator("#room").getAttribute("data-phase"), "live");
});
