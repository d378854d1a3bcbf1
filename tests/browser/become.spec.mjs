// A new person becomes a seller, from the menu to the published page, where the marketplace asks who they are: staff look at
// what they sent and approve it in the console; on a desktop and on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomes } from "./lib/becomes.mjs";
import { launchBrowser, PHONE, person, screenshot } from "./lib/browser.mjs";
import { atRest, axe, overflow } from "./lib/faults.mjs";
import { startProduct } from "./lib/server.mjs";
import { DEMO_PASSWORD, logIn, register, submit } from "./lib/steps.mjs";

const SELLER = "Nora Newcomer";

let product;
let browser;
before(async () => {
  product = await startProduct("become");
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

for (const [name, viewport] of [["lumen", undefined], ["velvet", PHONE]]) {
  test(`a newcomer on ${name}, from the menu to the published page`, { timeout: 240_000 }, () => play(name, viewport));
}

async function play(name, viewport) {
  const tenant = product[name];
  const admin = await person(browser, tenant);
  const seller = await person(browser, tenant, { viewport });
  const seen = async (page, step) => {
    await atRest(page);
    assert.deepEqual([...(await overflow(page)), ...(await axe(page))], [], step);
    await screenshot(page, `become-${name}-${step}`);
  };

  await logIn(admin, `admin@${name}.example`, DEMO_PASSWORD);
  await admin.goto("/admin/identity");
  await admin.getByLabel("Before somebody publishes a service").check();
  await admin.getByRole("button", { name: "Save" }).click();
  await becomes(() => product.sql("select count(*) from identity_rules where before_selling").trim(), name === "lumen" ? "1" : "2");

  await register(seller, product, SELLER);
  await seller.goto("/");
  await seller.locator("header details summary").last().click();
  await seller.locator("header a[href='/sell/start']").click();
  await seller.fill("[name=headline]", "New here, and good at it");
  await seen(seller, "1-profile");
  await submit(seller, "/sell/start");
  await seller.locator("a[href='/sell/start?step=service']").last().click();
  await seller.fill("[name=title]", "First steps");
  // Without video there is a price for all of it, with video one by the minute.
  await seller.uncheck("[name=video_enabled]");
  await seller.locator("[name=price]").waitFor();
  assert.equal(await seller.locator("[name=rate]").isVisible(), false);
  await seller.check("[name=video_enabled]");
  await seller.fill("[name=rate]", "0.00");
  await submit(seller, "/sell/start");
  await seller.locator("[name=rate][aria-invalid=true]").waitFor();
  // That it was refused is no problem.
  seller.problems.length = 0;
  await seller.fill("[name=rate]", "1.20");
  await seller.fill("[name=addons]", "Notes: 5.00");
  await seen(seller, "2-service");
  await submit(seller, "/sell/start");
  await seller.getByText("New here, and good at it").waitFor();
  await seen(seller, "3-preview");
  assert.equal(await seller.locator("[value=publish]").count(), 0);
  await seller.locator("main a[href='/account/identity']").click();
  const picture = { name: "../../me.php", mimeType: "image/png", buffer: await seller.screenshot() };
  await seller.setInputFiles("[name=document]", picture);
  await seller.setInputFiles("[name=selfie]", picture);
  await seen(seller, "4-check");
  await submit(seller, "/account/identity");
  await seller.locator("[name=document]").waitFor({ state: "detached" });
  await seen(seller, "5-waiting");

  await admin.goto("/admin/identity");
  await admin.getByRole("link", { name: SELLER }).click();
  await admin.getByRole("button", { name: "Look at the pictures" }).click();
  await becomes(() => admin.locator("figure img").evaluateAll((all) => all.filter((one) => one.naturalWidth > 0).length), 2);
  await seen(admin, "6-console");
  await admin.getByRole("button", { name: "Approve" }).click();
  await admin.getByRole("row").filter({ hasText: SELLER }).getByText("Approved").waitFor();

  await seller.goto("/sell/start");
  await seller.locator("[value=publish]").click();
  await seller.waitForURL(/step=done/);
  await seen(seller, "7-done");
  await seller.locator("main a[href^='/sellers/']").click();
  await seller.getByRole("heading", { name: SELLER }).waitFor();
  await seen(seller, "8-public");
  assert.equal(product.sql("select count(*) from audit_log where action = 'identity.looked_at'").trim(), name === "lumen" ? "2" : "4");
  for (const page of [seller, admin]) {
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
}
