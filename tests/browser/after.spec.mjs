// After a call, in both demo tenants: a review is answered and reported, a file is sent, somebody is blocked.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomes } from "./lib/becomes.mjs";
import { launchBrowser, person, screenshot } from "./lib/browser.mjs";
import { atRest, axe, overflow, wear } from "./lib/faults.mjs";
import { startProduct } from "./lib/server.mjs";
import { DEMO_PASSWORD, json, logIn, submit } from "./lib/steps.mjs";

let product, browser;
before(async () => {
  product = await startProduct("after");
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

/** Nothing to find in either width, and kept to be looked at. */
async function isClean(page, name) {
  // Who changes a window's size while a page fades into the next breaks that off, and the browser says so.
  await atRest(page);
  for (const width of [1280, 390]) {
    await wear(page, { width, scheme: "light" });
    await atRest(page);
    assert.deepEqual([...(await overflow(page)), ...(await axe(page)), ...page.problems], [], `${name} at ${width}`);
    await screenshot(page, `after-${name}-${width}`);
  }
}

async function walk(slug, { buyer: buys, seller: sells, name, others }) {
  const tenant = product[slug];
  const [buyer, seller] = [await person(browser, tenant), await person(browser, tenant)];
  await logIn(buyer, `${buys}@${slug}.example`, DEMO_PASSWORD);
  await logIn(seller, `${sells}@${slug}.example`, DEMO_PASSWORD);
  const { id } = await json(seller, "/api/v1/me");
  const profile = `/sellers/${id}`;
  const review = (page) => page.locator("figure", { hasText: others });

  // The seller answers in public.
  await seller.goto(profile);
  await review(seller).getByRole("link", { name: "Reply" }).click();
  await seller.waitForURL(/\/reviews\//);
  const path = new URL(seller.url()).pathname;
  await seller.fill("[name=text]", "Thank you for coming.");
  await isClean(seller, `${slug}-reply`);
  await submit(seller, `${path}/reply`);
  await seller.getByText("You can change it until").waitFor();
  await buyer.goto(profile);
  await review(buyer).getByText("Thank you for coming.").waitFor();

  // Somebody else reports the review.
  await review(buyer).getByRole("link", { name: "Report" }).click();
  await buyer.waitForURL(/\/reviews\//);
  await buyer.locator("#report summary").click();
  await buyer.getByLabel("It advertises something").check();
  await isClean(buyer, `${slug}-report`);
  await submit(buyer, `${path}/report`);
  await buyer.getByText("You have reported this review.").waitFor();

  // A file, and one that can't be sent; what is being written meanwhile stays.
  const { items } = await json(buyer, "/api/v1/conversations");
  const talk = `/conversations/${items.find((item) => item.other.id === id).id}`;
  await buyer.goto(talk);
  await buyer.fill("[name=text]", "Here it is");
  const file = (fileName, text) => ({ name: fileName, mimeType: "application/pdf", buffer: Buffer.from(text) });
  await buyer.setInputFiles("[name=file]", file("letter.exe", "MZ\x90\x00"));
  await submit(buyer, `${talk}/files`);
  await buyer.getByText("This kind of file can’t be sent").or(buyer.getByText("This kind of file can't be sent")).waitFor();
  // The answer is a refusal, which a browser notes.
  buyer.problems.length = 0;
  await buyer.setInputFiles("[name=file]", file("letter.pdf", "%PDF-1.7\nDear all"));
  await submit(buyer, `${talk}/files`);
  await buyer.getByRole("link", { name: "letter.pdf" }).waitFor();
  assert.equal(await buyer.locator("[name=text]").inputValue(), "Here it is");
  await isClean(buyer, `${slug}-file`);
  await seller.goto(talk);
  const [download] = await Promise.all([seller.waitForEvent("download"), seller.getByRole("link", { name: "letter.pdf" }).click()]);
  assert.equal(download.suggestedFilename(), "letter.pdf");

  // The buyer blocks the seller, can't write any more, and thinks better of it.
  await buyer.getByRole("link", { name: "Block or report" }).click();
  await buyer.waitForURL(/\/people\//);
  await isClean(buyer, `${slug}-person`);
  await submit(buyer, new URL(buyer.url()).pathname + "/block");
  await buyer.getByText(`You have blocked ${name}`).waitFor();
  await buyer.goto(talk);
  await buyer.fill("[name=text]", "One more thing");
  await submit(buyer, talk);
  await buyer.getByText("Unblock them first.").waitFor();
  buyer.problems.length = 0;
  await buyer.goto("/account/blocks");
  await isClean(buyer, `${slug}-blocks`);
  await submit(buyer, `/people/${id}/block`);
  await becomes(() => buyer.getByText("Nobody is blocked").isVisible(), true);
  await Promise.all([buyer, seller].map((page) => page.context().close()));
}

test("in one tenant", () => walk("lumen", { buyer: "jonas", seller: "mira", name: "Mira", others: "Knew the answer by heart" }));
test("and in the other", () => walk("velvet", { buyer: "casey", seller: "nova", name: "Nova", others: "Warm, funny, on time" }));
