// A seller who agrees is seen in lists by a still while their call is live; taken back, it is gone at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchBrowser, person, screenshot } from "./lib/browser.mjs";
import { atRest, axe, overflow } from "./lib/faults.mjs";
import { startProduct } from "./lib/server.mjs";
import { inPhase, introduce, talk } from "./lib/steps.mjs";

const SELLER = "Stella Still";
let product;
let browser;
before(async () => {
  product = await startProduct("snapshots");
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

test("a still in the lists: by consent, renewed, taken back, gone with the call", { timeout: 240_000 }, async () => {
  const [seller, buyer, visitor] = [await person(browser, product.lumen), await person(browser, product.lumen), await person(browser, product.lumen)];
  await introduce(product, seller, buyer, { name: SELLER, buyerName: "Ben Unseen", headline: "Seen while she talks", title: "A talk with Stella", rate: "1.00" });
  await talk(seller, buyer, SELLER);
  assert.equal(await buyer.getByTestId("snapshots").count(), 0, "nobody asks the buyer");

  // Off until the seller says so.
  await seller.getByTestId("devices").click();
  const choice = seller.getByTestId("snapshots");
  assert.equal(await choice.isChecked(), false);
  assert.equal(product.sql("select count(*) from call_snapshots"), "0");
  await choice.check();
  await seller.locator("[data-toast=snapshots]").waitFor();
  await atRest(seller);
  assert.deepEqual([...(await overflow(seller)), ...(await axe(seller))], []);
  await screenshot(seller, "snapshots-switch");
  assert.match(product.sql("select text_version || ' ' || given from snapshot_consents"), /en true$/);

  const still = visitor.getByTestId("snapshot").filter({ has: visitor.getByAltText(SELLER) });
  await visitor.goto("/");
  await still.waitFor();
  const address = await still.locator("img").getAttribute("src");
  assert.ok(await differs(still.locator("img")), "a picture with something in it");
  await atRest(visitor);
  assert.deepEqual([...(await overflow(visitor)), ...(await axe(visitor))], []);
  await screenshot(visitor, "snapshots-home");

  await choice.uncheck();
  await seller.getByText("gone from the listing").waitFor();
  await visitor.goto("/");
  assert.equal(await still.count(), 0);
  assert.equal(await visitor.evaluate(async (url) => (await fetch(url)).status, address), 404);
  visitor.problems.length = 0;
  // Shown again, until the end.
  await choice.check();
  await still.waitFor({ state: "hidden" });
  for (let tries = 0; tries < 20 && (await still.count()) === 0; tries++) {
    await visitor.waitForTimeout(500);
    await visitor.goto("/");
  }
  await still.waitFor();
  await seller.keyboard.press("Escape");
  await buyer.getByTestId("end").click();
  await buyer.getByTestId("end-confirm").click();
  await inPhase(seller, "ended");
  await visitor.goto("/");
  assert.equal(await still.count(), 0);
  assert.equal(product.sql("select count(*) from call_snapshots"), "0");
  for (const page of [seller, buyer, visitor]) assert.deepEqual(page.problems, []);
});

/** Whether a picture shows more than one colour. */
function differs(picture) {
  return picture.evaluate(async (image) => {
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const bright = data.filter((_, index) => index % 4 === 1);
    return bright.reduce((a, b) => Math.max(a, b), 0) - bright.reduce((a, b) => Math.min(a, b), 255) > 40;
  });
}
