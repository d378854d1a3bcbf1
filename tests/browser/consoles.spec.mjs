// Both consoles on the product itself: what its pages ask for is answered, and what they do is done. How they behave in
// every corner is shown on sample data, in console.spec.mjs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomes } from "./lib/becomes.mjs";
import { launchBrowser, person } from "./lib/browser.mjs";
import { startProduct } from "./lib/server.mjs";
import { DEMO_PASSWORD, logIn, signInOwner } from "./lib/steps.mjs";
import { totp } from "./lib/totp.mjs";

const READ_ONLY = "You look at this console as the platform.";

let product;
let browser;
before(async () => {
  product = await startProduct("consoles");
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

test("the owner sees the whole platform, and a tenant's console without a hand in it", { timeout: 120_000 }, async () => {
  const page = await signedInOwner();
  await page.getByText("Works").nth(3).waitFor();
  await eachPage(page, ["Calls", "Media nodes", "Jobs", "Businesses", "People", "Audit log"]);
  await page.goto("/admin/calls?state=ended");
  await page.getByRole("row").nth(3).waitFor();

  await page.goto("/admin/tenants");
  await page.getByRole("button", { name: "Lumen" }).or(page.getByRole("link", { name: "Lumen" })).first().click();
  const [visit] = await Promise.all([
    page.context().waitForEvent("page"),
    page.getByRole("button", { name: "View its console" }).click(),
  ]);
  await visit.getByText(READ_ONLY).waitFor();
  await becomes(() => new URL(visit.url()).pathname, "/admin");
  await visit.getByRole("link", { name: "Services" }).click();
  await visit.getByRole("row").nth(2).waitFor();
  assert.equal(await visit.getByRole("button", { name: "Unpublish" }).count(), 0);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("a tenant's admin sees the figures, who looked, and takes a service off the site", { timeout: 120_000 }, async () => {
  const page = await person(browser, product.lumen);
  await logIn(page, "admin@lumen.example", DEMO_PASSWORD);
  await page.goto("/admin?period=month");
  await page.getByText("Charged to buyers").waitFor();
  const [figures] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download CSV" }).click(),
  ]);
  assert.equal(figures.suggestedFilename(), "lumen-month.csv");
  await page.goto("/admin/conversations");
  const [chats] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download CSV" }).click(),
  ]);
  assert.equal(chats.suggestedFilename(), "lumen-conversations.csv");

  await page.goto("/admin/services");
  await page.getByRole("button", { name: /^Unpublish/ }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Unpublish" }).click();
  await page.getByText("is no longer on your site").waitFor();
  await page.getByRole("button", { name: /^Publish/ }).first().click();
  await page.getByText("is on your site again").waitFor();
  await page.goto("/admin/audit");
  const log = page.locator("tbody");
  await log.getByText("Platform looked at this console").first().waitFor();
  await log.getByText("Service unpublished").first().waitFor();
  // The program asks at both consoles' doors who is there; at a tenant's host the platform's is none.
  const problems = page.problems.filter((problem) => !problem.includes("/api/platform/me"));
  assert.deepEqual(problems, []);
  await page.context().close();
});

test("whoever looks after money switches a second factor on, logs in with it, and is asked for a code again", { timeout: 120_000 }, async () => {
  const page = await person(browser, product.velvet);
  await logIn(page, "admin@velvet.example", DEMO_PASSWORD);
  await page.goto("/admin/ways-to-pay");
  await page.getByRole("link", { name: "Switch it on" }).click();
  const secret = await page.locator("p.select-all").innerText();
  // Each code counts once, and those of the steps around now do: nobody has to wait for the next.
  await page.getByLabel("Code", { exact: true }).fill(totp(secret, -1));
  await page.getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("heading", { name: "Recovery codes" }).waitFor();
  assert.equal(await page.locator("main li").count(), 10);
  await page.getByRole("link", { name: "I have kept them" }).click();
  await page.getByText("10 codes are left").waitFor();

  await page.context().clearCookies();
  await logIn(page, "admin@velvet.example", DEMO_PASSWORD, "/admin/ways-to-pay");
  assert.equal(new URL(page.url()).pathname, "/login/code");
  const code = page.getByLabel("Code", { exact: true });
  await code.fill("000000");
  await page.keyboard.press("Enter");
  await page.getByText("That code isn't good").waitFor();
  await code.fill(totp(secret));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Ways to pay" }).waitFor();

  // A while later.
  product.sql(`ALTER TABLE sessions NO FORCE ROW LEVEL SECURITY;
    UPDATE sessions SET stepped_up_at = stepped_up_at - interval '11 minutes';
    ALTER TABLE sessions FORCE ROW LEVEL SECURITY`);
  await page.waitForTimeout(1_100);
  await page.getByRole("link", { name: "Add an account" }).first().click();
  const form = page.getByRole("dialog", { name: "Add an account" });
  await form.getByLabel("Secret key").fill("sk_live_0123456789abcdef");
  await form.getByLabel("Webhook secret").fill("whsec_0123456789abcdef");
  await form.getByRole("button", { name: "Add an account" }).click();
  const question = page.getByRole("dialog", { name: "Enter a code" });
  await question.getByRole("textbox", { name: "Code" }).fill(totp(secret, 1));
  await question.getByRole("button", { name: "Go on" }).click();
  await form.getByText("This key moves real money").waitFor();
  await form.getByLabel("Secret key").fill("sk_test_0123456789abcdef");
  await form.getByRole("button", { name: "Add an account" }).click();
  const sheet = page.getByRole("dialog", { name: "Stripe" });
  await sheet.getByText("Saved, ends in …cdef").first().waitFor();
  await sheet.getByText("Not tested since its keys were typed").waitFor();
  await page.context().close();
});

async function signedInOwner() {
  const page = await person(browser, product.platform);
  await signInOwner(page, product);
  return page;
}

/** Opens the pages from the navigation; each is answered. */
async function eachPage(page, names) {
  for (const name of names) {
    const [answer] = await Promise.all([
      page.waitForResponse((response) => new URL(response.url()).pathname.startsWith("/api/platform/")),
      page.getByRole("navigation").getByRole("link", { name, exact: true }).click(),
    ]);
    await page.getByRole("heading", { name, exact: true }).waitFor();
    assert.equal(answer.status(), 200, name);
  }
}
