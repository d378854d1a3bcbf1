// Three people in a call, each in a browser of their own: the buyer agrees to a provider's price, the provider is rung into
// the call and paid by the minute, and is shown out; each of the two has a bill of its own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchBrowser, PHONE, person, screenshot } from "./lib/browser.mjs";
import { atRest, axe, overflow } from "./lib/faults.mjs";
import { startProduct } from "./lib/server.mjs";
import { goAvailable, inPhase, introduce, register, startSelling, talk } from "./lib/steps.mjs";

const SELLER = "Rita Representative";
const PROVIDER = "Ira Interpreter";
let product;
let browser;
before(async () => {
  product = await startProduct("legs");
  product.sql(`ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY;
    UPDATE tenants SET policy = policy || '{"third_person": "buyer_pays"}' WHERE slug = 'lumen';
    ALTER TABLE tenants FORCE ROW LEVEL SECURITY`);
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

test("a provider is brought in with the buyer's yes, and billed apart", { timeout: 300_000 }, async () => {
  const seller = await person(browser, product.lumen);
  const buyer = await person(browser, product.lumen);
  const provider = await person(browser, product.lumen, { viewport: PHONE });
  const seen = async (page, step) => {
    await atRest(page);
    assert.deepEqual([...(await overflow(page)), ...(await axe(page))], [], step);
    await screenshot(page, `legs-${step}`);
  };
  await register(provider, product, PROVIDER);
  await startSelling(provider, { headline: "German and English", title: "Interpreting", rate: "3.00" });
  await goAvailable(provider);
  await introduce(product, seller, buyer, { name: SELLER, buyerName: "Bela Buyer", headline: "Speaks for you", title: "Desk", rate: "6.00" });
  await talk(seller, buyer, SELLER);

  // The representative suggests; a no rings nobody.
  await choose(seller);
  await buyer.getByTestId("leg-question").waitFor();
  await seen(buyer, "1-asked");
  await buyer.getByTestId("leg-no").click();
  await seller.getByTestId("toast").filter({ hasText: "isn’t wanted" }).waitFor();
  assert.equal(await provider.getByTestId("accept").count(), 0);

  // The buyer chooses, sees the price, and says yes.
  await choose(buyer);
  const question = await buyer.getByTestId("leg-question").innerText();
  assert.match(question, /Ira Interpreter joins for €3\.00 a minute, paid by you\. Do you agree\?/);
  await buyer.getByTestId("leg-yes").click();
  const chip = buyer.getByTestId("leg-chip");
  await chip.filter({ hasText: "is being called" }).waitFor();
  await provider.getByText("Asked into a call by").waitFor();
  await provider.getByTestId("accept").click();
  await provider.waitForURL(/\/calls\/[0-9a-f-]+$/);
  await inPhase(provider, "live");
  await chip.filter({ hasText: "€3.00 so far" }).waitFor({ timeout: 60_000 });
  await provider.getByTestId("leg-chip").filter({ hasText: "earned so far" }).waitFor();
  assert.equal(await seller.getByTestId("leg-chip").count(), 0, "nobody else's money");
  await seen(buyer, "2-three");
  await seen(provider, "3-provider");

  await chip.getByRole("button", { name: "Show out" }).click();
  await provider.getByTestId("shown-out").waitFor();
  const told = await buyer.getByTestId("toast").filter({ hasText: "That cost" }).innerText();
  // Where the machine has much to do, further blocks have passed meanwhile.
  const [cost, euros] = told.match(/€(\d+\.\d\d)/);
  assert.ok(Number(euros) >= 3, told);
  await inPhase(buyer, "live");
  await buyer.getByTestId("end").click();
  await buyer.getByTestId("end-confirm").click();
  await buyer.getByTestId("bill-link").click();
  await buyer.getByTestId("bill-legs").getByRole("link", { name: PROVIDER }).waitFor();
  await seen(buyer, "4-bill");
  assert.equal(Number(product.sql("select sum(amount_minor) from ledger_entries")), 0);
  await buyer.getByTestId("bill-legs").getByText(cost).waitFor();
  for (const page of [seller, buyer, provider]) assert.deepEqual(page.problems, []);
});

async function choose(page) {
  await page.mouse.move(200, 200);
  await page.getByTestId("people").click();
  await page.getByTestId("guest-role").selectOption("specialist");
  await page.getByTestId("provider-search").fill("ira");
  await page.getByTestId("provider-list").locator("li", { hasText: PROVIDER }).getByTestId("provider-bring").click();
}
