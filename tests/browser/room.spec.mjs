// The room of a talk that was paid for before: its chat with pictures, emoji, links and read marks, the chat by mail, more
// time for an amount of the seller's choice (yes, no, and with the card's authentication), and leaving with a report.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { becomes } from "./lib/becomes.mjs";
import { launchBrowser, PHONE, person, screenshot } from "./lib/browser.mjs";
import { atRest, axe, overflow } from "./lib/faults.mjs";
import { startProduct } from "./lib/server.mjs";
import { connect, goAvailable, inPhase, json, pay, register, startSelling } from "./lib/steps.mjs";

const SELLER = "Rosa Room";
const BUYER = "Remy Room";
/** A red square of two pixels. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==",
  "base64",
);

let product;
let browser;
before(async () => {
  product = await startProduct("room");
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

test("a room: chat, files, mail, custom extensions, leave and report", { timeout: 300_000 }, async () => {
  const seller = await person(browser, product.lumen);
  const buyer = await person(browser, product.lumen, { viewport: PHONE });
  const seen = async (page, step) => {
    await atRest(page);
    assert.deepEqual([...(await overflow(page)), ...(await axe(page))], [], step);
    await screenshot(page, `room-${step}`);
  };
  const mail = await live(seller, buyer);
  const call = new URL(buyer.url()).pathname;

  await chat(seller, buyer, seen);
  await extend(seller, buyer, seen);
  await mailed(buyer, mail);

  // Leave and report, with a block.
  await buyer.getByTestId("more").click();
  await buyer.getByTestId("report").click();
  await buyer.getByTestId("report-send").click();
  await buyer.locator("#report-problem").getByText("Choose what is wrong.").waitFor();
  await buyer.locator("[name=fault][value=fraud]").check();
  await seen(buyer, "8-report");
  await buyer.getByTestId("report-send").click();
  await toast(buyer, "you won’t hear from each other here");
  await Promise.all([buyer, seller].map((page) => page.locator("#room[data-phase=ended]").waitFor({ timeout: 30_000 })));
  assert.equal(Number(product.sql("select count(*) from person_reports where fault = 'fraud'")), 1);
  assert.equal((await json(buyer, "/api/v1/me/blocks")).items[0].name, SELLER);
  assert.equal(Number(product.sql("select sum(amount_minor) from ledger_entries")), 0);
  await buyer.goto(`${call}/bill`);
  await buyer.getByRole("button", { name: "E-mail the chat to me" }).waitFor();
  for (const page of [seller, buyer]) assert.deepEqual(page.problems, []);
});

/** A talk of ten minutes, ordered at once, paid and begun. Gives the buyer's address. */
async function live(seller, buyer) {
  await register(seller, product, SELLER);
  const service = { title: "Room talk", rate: "6.00", booking: "pay_after_accept", length: "10", atOnce: true };
  await startSelling(seller, { headline: "Talks in rooms", ...service });
  await goAvailable(seller);
  const mail = await register(buyer, product, BUYER);
  await buyer.goto("/search?q=rooms");
  await buyer.getByRole("link", { name: SELLER }).first().click();
  await buyer.locator("a[href^='/book/']:visible").first().click();
  await buyer.locator("form:has([name=at_once]) button").click();
  await buyer.waitForURL(/\/conferences\/[0-9a-f-]+$/);
  await seller.getByTestId("accept").click();
  await buyer.locator("button[value=pay]").click({ timeout: 30_000 });
  await buyer.waitForURL(/\/gateway\/test\//);
  await pay(buyer);
  await Promise.all([seller, buyer].map((page) => page.waitForURL(/\/calls\/[0-9a-f-]+$/, { timeout: 30_000 })));
  await connect(seller, buyer);
  return mail;
}

/** Links, emoji, a picture each way, what is no file, read marks, and what is written while there is no way. */
async function chat(seller, buyer, seen) {
  await seller.getByTestId("chat").click();
  await write(seller, "Look at https://example.org/plan. <b>No markup</b>");
  await buyer.getByTestId("chat").click();
  const link = buyer.locator("#chat-lines a[href='https://example.org/plan']");
  await link.waitFor();
  assert.deepEqual(
    [await link.getAttribute("rel"), await link.getAttribute("target"), await link.innerText()],
    ["noopener noreferrer nofollow", "_blank", "https://example.org/plan"],
  );
  await buyer.locator("#chat-lines").getByText("<b>No markup</b>").waitFor();
  await seller.getByTestId("chat-seen").getByText(/^Seen \d/).waitFor();

  await seller.getByTestId("chat-emoji").click();
  await seller.getByTestId("emoji-search").fill("rocket");
  await seller.locator(".emoji-row button[aria-label=rocket]").click();
  await seen(seller, "1-emoji");
  await seller.keyboard.press("Escape");
  await seller.getByTestId("chat-send").click();
  await buyer.locator("#chat-lines").getByText("🚀").waitFor();

  await buyer.getByTestId("chat-chooser").setInputFiles({ name: "square.jpg", mimeType: "image/jpeg", buffer: PNG });
  await Promise.all([seller, buyer].map((page) => page.getByTestId("chat-picture").waitFor()));
  await seller.getByTestId("chat-picture").click();
  const large = seller.locator("#picture-large");
  await becomes(() => large.evaluate((image) => image.naturalWidth), 2);
  assert.equal(await seller.locator("#picture-title").innerText(), "square.png", "named by what is in it");
  await seen(seller, "2-picture");
  await seller.keyboard.press("Escape");
  const text = Buffer.from("To be read");
  await seller.getByTestId("chat-chooser").setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: text });
  const download = buyer.waitForEvent("download");
  await buyer.getByTestId("chat-file").click();
  const path = await (await download).path();
  assert.deepEqual(readFileSync(path), text);
  await buyer.getByTestId("chat-chooser").setInputFiles({ name: "run.pdf", mimeType: "application/pdf", buffer: Buffer.from("MZ\x90\x00") });
  await buyer.getByTestId("chat-refused").getByText("This kind of file can't be sent").waitFor();
  // That it was refused stands in the console, too.
  buyer.problems.length = 0;
  await seen(buyer, "3-files");

  // Without a way it waits, and is said once when there is one.
  await buyer.context().setOffline(true);
  await buyer.evaluate(() => dispatchEvent(new Event("offline")));
  await write(buyer, "Said while away");
  await buyer.getByTestId("chat-waiting").waitFor({ timeout: 1_000 }).catch(() => undefined);
  await buyer.context().setOffline(false);
  await seller.locator("#chat-lines").getByText("Said while away").waitFor({ timeout: 45_000 });
  await inPhase(buyer, "live", 45_000);
  assert.equal(await seller.locator("#chat-lines").getByText("Said while away").count(), 1);
  buyer.problems.length = 0;
  for (const page of [seller, buyer]) await page.locator("#chat [data-do=chat]").click();
}

/** Declined, and then paid with a card that asks for its authentication; the call goes on meanwhile. */
async function extend(seller, buyer, seen) {
  await seller.getByTestId("extend-custom").click();
  await seller.getByTestId("extend-minutes").fill("2");
  await seller.getByTestId("extend-amount").fill("0.50");
  await seller.getByTestId("extend-ask").click();
  await seller.locator("#extend-problem").getByText("Choose an amount from").waitFor();
  seller.problems.length = 0;
  await seller.getByTestId("extend-amount").fill("9.00");
  await seen(seller, "4-custom");
  await seller.getByTestId("extend-ask").click();
  const question = buyer.getByTestId("extension-question");
  const asked = `${SELLER} wishes to extend the time by 2 minutes. If you confirm, this will cost you an extra €9.00. Do you wish to confirm?`;
  await question.filter({ hasText: asked }).waitFor();
  await seen(buyer, "5-asked");
  await buyer.getByTestId("extend-no").click();
  await toast(seller, `${BUYER} declined your extension`);

  await seller.getByTestId("extend-custom").click();
  await seller.getByTestId("extend-minutes").fill("2");
  await seller.getByTestId("extend-amount").fill("7.50");
  await seller.getByTestId("extend-ask").click();
  await question.filter({ hasText: "extra €7.50" }).waitFor();
  const opened = buyer.context().waitForEvent("page");
  await buyer.getByTestId("extend-yes").click();
  const paying = await opened;
  await paying.waitForURL(/\/gateway\/test\//);
  await paying.locator("[name=choice][value=authenticate]").click();
  await screenshot(paying, "room-6-authentication");
  // Nothing is added before it is paid.
  assert.equal(Number(product.sql("select count(*) from call_extensions where state = 'paid'")), 0);
  await pay(paying);
  await Promise.all([seller, buyer].map((page) => toast(page, "Time increased successfully")));
  await paying.close();
  await screenshot(seller, "room-7-extended");
  await buyer.locator("#room[data-phase=live]").waitFor();
}

/** The chat, read from the mailbox. */
async function mailed(buyer, mail) {
  await buyer.getByTestId("chat").click();
  await buyer.getByTestId("mail-chat").click();
  await toast(buyer, "The chat is on its way to your e-mail address.");
  await buyer.locator("#chat [data-do=chat]").click();
  const box = await buyer.context().newPage();
  const letter = box.locator("li", { hasText: mail }).filter({ hasText: `What you and ${SELLER} wrote` }).locator("a").first();
  await becomes(async () => (await box.goto(`${product.platform.url}/dev/mailbox`)) && letter.isVisible(), true);
  await letter.click();
  const words = await box.locator("pre").first().textContent();
  for (const said of ["https://example.org/plan", "square.png", "notes.txt", "Said while away"]) assert.ok(words.includes(said), words);
  await screenshot(box, "room-9-mail");
  await box.close();
}

async function write(page, text) {
  await page.getByTestId("chat-input").fill(text);
  await page.getByTestId("chat-send").click();
}

/** Waits until a page tells something. */
async function toast(page, text) {
  await page.getByTestId("toast").filter({ hasText: text }).waitFor();
}
