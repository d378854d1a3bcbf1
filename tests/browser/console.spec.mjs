// What both consoles do, on sample data: the API is admin_ui's mock, the files are the built ones, the security policy
// is the product's. How pages look is console.mjs's matter.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { startMock } from "../../admin_ui/tools/mock.mjs";
import { NOW } from "../../admin_ui/tools/mock/sample.mjs";
import { BUDGET } from "../../admin_ui/tools/size.mjs";
import { becomes } from "./lib/becomes.mjs";
import { DESKTOP, launchBrowser, PHONE } from "./lib/browser.mjs";

const OWNER = { id: "1", name: "Ada Owner", email: "owner@example.com", role: "owner" };
let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

/** A page at a console, with a server of its own behind it. */
async function at(t, path, { host = "platform", viewport = DESKTOP, prepare = () => {} } = {}) {
  const { server, state, port } = await startMock();
  if (host === "platform") state.platform.db.me = OWNER;
  prepare(state);
  const context = await browser.newContext({ viewport, reducedMotion: "reduce", locale: "en-GB", timezoneId: "Europe/Berlin" });
  context.setDefaultTimeout(8_000);
  t.after(async () => {
    await context.close();
    server.close();
  });
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(String(error)));
  await page.clock.setSystemTime(NOW);
  await page.goto(`http://${host === "platform" ? "" : `${host}.`}localhost:${port}/admin${path}`);
  return { page, state, context };
}

const query = (page) => Object.fromEntries(new URL(page.url()).searchParams);
const dialog = (page, name) => page.getByRole("dialog", { name });
const focused = (locator) => locator.evaluate((element) => element === document.activeElement);
const asked = (state, method) => state.requests.filter((request) => request.method === method);

test("signing in: a wrong password keeps what was typed, then a code is asked for", async (t) => {
  const { page, state } = await at(t, "/tenants", { prepare: ({ platform }) => (platform.db.me = null) });
  await page.getByLabel("Email").fill("owner@example.com");
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Email or password is wrong.").waitFor();
  assert.equal(await page.getByLabel("Email").inputValue(), "owner@example.com");
  await page.getByLabel("Password").fill("owner");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Code").fill("000 000");
  await page.keyboard.press("Enter");
  const code = page.getByRole("textbox", { name: "Code" });
  await page.getByText("That code is wrong").waitFor();
  assert.equal(await code.getAttribute("aria-invalid"), "true");
  await code.fill("123 456");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Businesses" }).waitFor();
  assert.deepEqual(asked(state, "POST").at(-1).body, { email: "owner@example.com", password: "owner", code: "123456" });
});

test("the first sign-in sets an authenticator up", async (t) => {
  const { page } = await at(t, "", { prepare: ({ platform }) => Object.assign(platform.db, { me: null, enrolled: false }) });
  await page.getByLabel("Email").fill("owner@example.com");
  await page.getByLabel("Password").fill("owner");
  await page.keyboard.press("Enter");
  const qr = page.getByRole("img", { name: "QR code for your authenticator app" });
  await qr.waitFor();
  assert.ok(await qr.evaluate((image) => image.complete && image.naturalWidth > 0));
  await page.getByLabel("Code").fill("123456");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
});

test("a table's search, sort, filter and page are in the address, and come back with it", async (t) => {
  const { page } = await at(t, "/tenants");
  await page.getByRole("button", { name: "People" }).click();
  await page.getByRole("columnheader", { name: "People" }).and(page.locator("[aria-sort=ascending]")).waitFor();
  await page.getByRole("button", { name: "People" }).click();
  await page.getByRole("columnheader", { name: "People" }).and(page.locator("[aria-sort=descending]")).waitFor();
  await page.getByRole("link", { name: "Next" }).click();
  await page.getByText("26–34 of 34").waitFor();
  await becomes(() => query(page), { sort: "-users", page: "2" });
  await page.reload();
  await page.getByText("26–34 of 34").waitFor();
  await page.getByRole("searchbox").fill("kodama");
  await page.getByText("1–1 of 1").waitFor();
  await becomes(() => query(page), { sort: "-users", q: "kodama" });
  // A pause in the middle of typing takes nothing away.
  await page.getByRole("searchbox").pressSequentially("x y ", { delay: 1 });
  await page.getByText("Nothing matches").waitFor();
  assert.equal(await page.getByRole("searchbox").inputValue(), "kodamax y ");
  await page.getByRole("searchbox").fill("kodama");
  await page.getByText("1–1 of 1").waitFor();
  await page.getByRole("link", { name: "Active" }).click();
  await page.getByText("Nothing matches").waitFor();
  await becomes(() => query(page).state, "active");
  await page.goBack();
  await page.getByText("1–1 of 1").waitFor();
  await becomes(() => page.getByRole("searchbox").inputValue(), "kodama");
});

for (const viewport of [DESKTOP, PHONE]) {
  test(`a business is created in one form at ${viewport.width} px; a taken subdomain costs nothing that was typed`, async (t) => {
    const { page, state } = await at(t, "/tenants", { viewport });
    await page.getByRole("link", { name: "Create business" }).click();
    const form = dialog(page, "Create business");
    await form.getByLabel("Name", { exact: true }).fill("Lumen");
    await becomes(() => form.getByLabel("Subdomain").inputValue(), "lumen");
    await form.getByRole("textbox", { name: "Brand colour", exact: true }).fill("#ffee88");
    await form.getByText("Pale on white").waitFor();
    await form.getByLabel("Administrator's name").fill("Grace Admin");
    await form.getByLabel("Administrator's email").fill("grace@example.com");
    // By mistake; what was typed is still there.
    await page.keyboard.press("Escape");
    await form.waitFor({ state: "hidden" });
    await page.getByRole("link", { name: "Create business" }).click();
    await form.getByRole("button", { name: "Create business" }).click();
    await form.getByText("lumen is taken").waitFor();
    await becomes(() => focused(form.getByLabel("Subdomain")), true);
    await form.getByLabel("Subdomain").fill("lumen-two");
    await form.getByRole("button", { name: "Create business" }).click();
    await dialog(page, "Lumen").getByText("Grace Admin").or(dialog(page, "Lumen").getByText("lumen-two.localhost").first()).waitFor();
    await page.getByText("Lumen answers at its address now").waitFor();
    const { body } = asked(state, "POST").at(-1);
    assert.deepEqual([body.slug, body.brand, body.time_zone, body.admin_email], ["lumen-two", "#ffee88", "Europe/Berlin", "grace@example.com"]);
    assert.deepEqual(page.problems, []);
  });
}

test("suspending asks for a reason, deleting for the subdomain, and restoring undoes both", async (t) => {
  const { page, state } = await at(t, "/tenants?q=velvet");
  await page.getByRole("link", { name: "Velvet" }).click();
  const sheet = dialog(page, "Velvet");
  await sheet.getByRole("button", { name: "Suspend" }).click();
  const suspend = dialog(page, "Suspend Velvet?");
  assert.ok(await suspend.getByRole("button", { name: "Suspend" }).isDisabled());
  await suspend.getByLabel("Reason").fill("Chargebacks");
  await suspend.getByRole("button", { name: "Suspend" }).click();
  await sheet.getByText("Chargebacks").waitFor();
  await sheet.getByRole("button", { name: "Delete" }).click();
  const erase = dialog(page, "Delete Velvet?");
  await erase.getByLabel("Type velvet to confirm").fill("velve");
  assert.ok(await erase.getByRole("button", { name: "Delete" }).isDisabled());
  await erase.getByLabel("Type velvet to confirm").fill("velvet");
  await erase.getByRole("button", { name: "Delete" }).click();
  await sheet.getByText("Will be deleted for good").waitFor();
  await sheet.getByRole("button", { name: "Restore" }).click();
  await dialog(page, "Restore Velvet?").getByRole("button", { name: "Restore" }).click();
  await sheet.getByText("Will be deleted for good").waitFor({ state: "hidden" });
  assert.deepEqual(asked(state, "POST").map(({ path, body }) => [path.split("/").at(-1), body]), [["suspend", { reason: "Chargebacks" }], ["delete", { confirm_slug: "velvet" }], ["restore", {}]]);
});

test("all of it works by keyboard, and the focus is where one is", async (t) => {
  const { page } = await at(t, "");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.keyboard.press("Tab");
  await becomes(() => page.evaluate(() => document.activeElement.textContent), "Skip to the page");
  await page.getByRole("link", { name: "Businesses", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Businesses", exact: true }).and(page.locator(":focus")).waitFor();
  await becomes(async () => (await page.title()).startsWith("Businesses"), true);
  const row = page.getByRole("link", { name: "Lumen" });
  await row.focus();
  await page.keyboard.press("Enter");
  await dialog(page, "Lumen").waitFor();
  await becomes(() => page.evaluate(() => document.activeElement.closest("dialog") !== null), true);
  await page.keyboard.press("Escape");
  await dialog(page, "Lumen").waitFor({ state: "hidden" });
  // The browser closes a dialog a moment before it says so.
  await becomes(() => query(page).open, undefined);
  await becomes(() => focused(row), true);
});

test("navigation is a drawer on phones and closes when a page is chosen", async (t) => {
  const { page } = await at(t, "", { viewport: PHONE });
  await page.getByRole("button", { name: "Open navigation" }).click();
  await dialog(page, "Navigation").getByRole("link", { name: "Jobs" }).click();
  await page.getByRole("heading", { name: "Jobs" }).waitFor();
  await becomes(() => dialog(page, "Navigation").count(), 0);
});

test("several jobs are retried or dropped at once; dropping asks first", async (t) => {
  const { page, state } = await at(t, "/jobs");
  await page.getByLabel("Select all on this page").check();
  await page.getByText("6 selected").waitFor();
  await page.getByRole("checkbox", { name: /^Select / }).nth(1).uncheck();
  await page.getByRole("button", { name: "Drop" }).click();
  await dialog(page, "Drop 5 jobs?").getByRole("button", { name: "Drop" }).click();
  await page.getByText("1–1 of 1").waitFor();
  assert.equal(asked(state, "POST").length, 5);
});

test("support reads, but is offered nothing it may not do", async (t) => {
  const { page } = await at(t, "/tenants?q=velvet", { prepare: ({ platform }) => (platform.db.me = { ...OWNER, role: "support" }) });
  await page.getByRole("link", { name: "Velvet" }).click();
  await dialog(page, "Velvet").getByRole("button", { name: "View its console" }).waitFor();
  assert.equal(await page.getByRole("button", { name: /^(Suspend|Delete|Change|Invite administrator)$/ }).count(), 0);
  assert.equal(await page.getByRole("link", { name: "Create business" }).count(), 0);
});

test("staff see only what their permissions open, and land on the first of it", async (t) => {
  const { page } = await at(t, "", { host: "lumen", prepare: ({ tenants }) => Object.assign(tenants.lumen.db.me, { role: "staff", permissions: ["reviews", "calls"] }) });
  await page.getByRole("heading", { name: "Calls" }).waitFor();
  const links = await page.getByRole("navigation", { name: "Navigation" }).getByRole("listitem").allInnerTexts();
  assert.deepEqual(links, ["Calls", "Reviews"]);
  await page.goto(page.url().replace(/\/admin.*/, "/admin/settings"));
  await page.getByRole("heading", { name: "Nothing here" }).waitFor();
});

test("who looks on from the platform can change nothing", async (t) => {
  const { page } = await at(t, "/staff", { host: "lumen", prepare: ({ tenants }) => (tenants.lumen.db.me.read_only = true) });
  await page.getByText("Nothing can be changed here").waitFor();
  await page.getByRole("table").waitFor();
  assert.equal(await page.getByRole("link", { name: "Invite staff" }).count(), 0);
  await page.getByRole("link", { name: "Settings" }).click();
  assert.ok(await page.getByRole("button", { name: "Save" }).isDisabled());
  assert.ok(await page.getByRole("textbox", { name: "Name", exact: true }).isDisabled());
});

test("staff are invited with just their rights; the last administrator stays", async (t) => {
  const { page, state } = await at(t, "/staff", { host: "lumen" });
  await page.getByRole("link", { name: "Invite staff" }).click();
  const form = dialog(page, "Invite staff");
  await form.getByLabel("Name").fill("Sam Support");
  await form.getByLabel("Email").fill("sam@example.com");
  await form.getByLabel("Reviews").check();
  await form.getByRole("button", { name: "Invite staff" }).click();
  await page.getByRole("cell", { name: "Sam Support" }).waitFor();
  assert.deepEqual(asked(state, "POST")[0].body, { name: "Sam Support", email: "sam@example.com", role: "staff", permissions: ["dashboard", "calls", "reviews"] });
  const admin = state.tenants.lumen.db.me.name;
  await page.getByRole("link", { name: admin }).click();
  await dialog(page, admin).getByLabel("Role").selectOption("staff");
  await dialog(page, admin).getByRole("button", { name: "Save" }).click();
  await dialog(page, admin).getByText("This is the last administrator.").waitFor();
});

test("what is written about ways to pay asks for a code once; a key of the wrong mode is refused at its field", async (t) => {
  const { page, state } = await at(t, "/ways-to-pay", { host: "lumen" });
  await page.getByRole("checkbox", { name: "Stripe" }).first().click();
  const question = dialog(page, "Enter a code");
  await question.getByRole("textbox", { name: "Code" }).fill("000000");
  await question.getByRole("button", { name: "Go on" }).click();
  await question.getByText("That code isn't good").waitFor();
  await question.getByRole("textbox", { name: "Code" }).fill("123 456");
  await page.keyboard.press("Enter");
  await page.getByRole("main").getByRole("listitem").first().getByText("Off").waitFor();
  assert.deepEqual(
    asked(state, "POST").map(({ path, body }) => [path.replace(/[0-9a-f-]{36}/, "ID"), body]),
    [
      ["/api/v1/admin/gateway-accounts/ID/switch", { enabled: false }],
      ["/api/v1/session/step-up", { code: "000000" }],
      ["/api/v1/session/step-up", { code: "123 456" }],
      ["/api/v1/admin/gateway-accounts/ID/switch", { enabled: false }],
    ],
  );

  await page.getByRole("button", { name: "Move Stripe down" }).first().click();
  await becomes(() => page.getByRole("main").getByRole("listitem").first().getByRole("link").innerText(), "PayPal");
  await page.getByRole("link", { name: "Add an account" }).click();
  const form = dialog(page, "Add an account");
  await form.getByLabel("Secret key").fill("sk_live_1234");
  await form.getByLabel("Webhook secret").fill("whsec_5678");
  await form.getByRole("button", { name: "Add an account" }).click();
  await form.getByText("This key moves real money").waitFor();
  assert.equal(await form.getByLabel("Secret key").getAttribute("aria-invalid"), "true");
  assert.equal(await form.getByLabel("Webhook secret").inputValue(), "whsec_5678");
  await form.getByLabel("Secret key").fill("sk_test_1234");
  await form.getByRole("button", { name: "Add an account" }).click();
  const sheet = dialog(page, "Stripe");
  await sheet.getByText("Saved, ends in …1234").waitFor();
  assert.equal(await sheet.getByLabel("Secret key").inputValue(), "", "nothing comes back");
  await sheet.getByRole("button", { name: "Test connection" }).click();
  await sheet.getByText("Stripe takes these keys.").waitFor();
  await sheet.getByRole("button", { name: "Remove" }).click();
  await dialog(page, "Remove Stripe?").getByRole("button", { name: "Remove" }).click();
  await page.getByText("Stripe is removed").waitFor();
  assert.equal(await page.getByRole("main").getByRole("listitem").count(), 3);
  assert.deepEqual(page.problems, []);
});

test("whoever gives no code changes nothing; without a second factor the page says where to switch it on", async (t) => {
  const { page, state } = await at(t, "/ways-to-pay", { host: "lumen" });
  await page.getByRole("checkbox", { name: "Stripe" }).first().click();
  await dialog(page, "Enter a code").getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Show a code of your authenticator first").waitFor();
  await becomes(() => page.getByRole("checkbox", { name: "Stripe" }).first().isChecked(), true);
  assert.equal(asked(state, "POST").length, 1);
  state.tenants.lumen.db.me.second_factor = false;
  await page.reload();
  assert.equal(await page.getByRole("link", { name: "Switch it on" }).getAttribute("href"), "/account/second-factor");
  assert.equal(await page.getByRole("link", { name: "Add an account" }).count(), 0);
});

test("a category whose name is taken keeps what was typed; another is added, and closing it asks first", async (t) => {
  const { page, state } = await at(t, "/categories", { host: "lumen" });
  await page.getByRole("link", { name: "Add a category" }).click();
  const form = dialog(page, "Add a category");
  const [english, german] = [form.getByLabel("English"), form.getByLabel("German")];
  await english.fill("doctors");
  await german.fill("Ärzte");
  await form.getByLabel("First warning").fill("3");
  await form.getByRole("button", { name: "Add a category" }).click();
  await form.getByText("Another category has this name.").waitFor();
  await becomes(() => focused(english), true);
  assert.equal(await english.getAttribute("aria-invalid"), "true");
  assert.deepEqual([await english.inputValue(), await german.inputValue(), await form.getByLabel("First warning").inputValue()], ["doctors", "Ärzte", "3"]);
  await english.fill("Surgeons");
  await form.getByRole("button", { name: "Add a category" }).click();
  const row = page.getByRole("row").filter({ hasText: "Surgeons" });
  await row.getByText("3 min").waitFor();
  assert.deepEqual(asked(state, "POST").at(-1).body, { names: { en: "Surgeons", de: "Ärzte" }, video: true, reminder_min: null, missed_min: null, warning_min: 3 });
  await row.getByRole("link").click();
  const sheet = dialog(page, "Surgeons");
  await sheet.getByRole("button", { name: "Close the category" }).click();
  const sent = asked(state, "POST").length;
  await dialog(page, "Close “Surgeons”?").getByRole("button", { name: "Close the category" }).click();
  await sheet.getByText("Closed on 28 Jul 2026").waitFor();
  assert.equal(asked(state, "POST").length, sent + 1);
  await sheet.getByRole("button", { name: "Open again" }).waitFor();
  await page.keyboard.press("Escape");
  await row.getByText("Closed").waitFor();
  assert.deepEqual(page.problems, []);
});

test("a colour's verdict comes while it is chosen, and publishing renews the console's own look", async (t) => {
  const { page, state } = await at(t, "/branding", { host: "lumen" });
  const colour = page.getByRole("textbox", { name: "Brand colour", exact: true });
  await colour.fill("#ffee88");
  await page.getByText("Too close to the page's ground").waitFor();
  const sheet = page.waitForRequest((request) => request.url().includes("/theme/console.css?"));
  await page.getByRole("button", { name: "Publish" }).click();
  await sheet;
  assert.equal(asked(state, "PUT")[0].body.brand, "#ffee88");
});

test("a text with markup is refused beside its field, and the original comes back", async (t) => {
  const { page, state } = await at(t, "/words?q=text_3", { host: "lumen" });
  const text = page.getByLabel("Your text for mail.text_3", { exact: true });
  await text.fill("<b>bold</b>");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Texts can't hold markup.").waitFor();
  assert.equal(await text.inputValue(), "<b>bold</b>");
  await page.getByRole("listitem").filter({ has: text }).getByRole("button", { name: "Use the original" }).click();
  await page.getByText("The original text is back").waitFor();
  assert.deepEqual(asked(state, "PUT").at(-1).body, { language: "en", key: "mail.text_3", value: null });
});

test("trouble is told with a way on, and what was shown stays", async (t) => {
  const { page, context } = await at(t, "/users", { host: "lumen" });
  await page.getByRole("table").waitFor();
  const broken = (route) => route.fulfill({ status: 500, json: { error: { code: "internal", message: "That is our fault.", reference: "ABCD-1234" } } });
  await context.route("**/api/v1/admin/users?*", broken);
  await page.getByRole("button", { name: "Name" }).click();
  await page.getByRole("alert").getByText("Reference ABCD-1234").waitFor();
  assert.ok(await page.getByRole("table").isVisible());
  await context.unroute("**/api/v1/admin/users?*", broken);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("alert").waitFor({ state: "hidden" });
});

test("a console whose files are on their way says so, and so it does when they don't come", async (t) => {
  const { page, context } = await at(t, "/tenants");
  let release;
  const released = new Promise((done) => (release = done));
  // They may be asked for twice, to be had early and to be run.
  await context.route("**/assets/routes-*.js", async (route) => {
    await released;
    await route.abort();
  });
  await page.reload();
  await page.getByRole("heading", { level: 1 }).waitFor();
  await becomes(() => page.locator("[aria-busy=true]").count(), 1);
  release();
  await page.getByText("This page couldn't be loaded.").waitFor();
  await context.unroute("**/assets/routes-*.js");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "Businesses" }).waitFor();
});

test("whose session has ended signs in again and is back where they were", async (t) => {
  const { page, state } = await at(t, "/audit");
  await page.getByRole("table").waitFor();
  state.platform.db.me = null;
  await page.getByRole("button", { name: "When" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  state.platform.db.me = OWNER;
  await page.reload();
  await page.getByRole("heading", { name: "Audit log" }).waitFor();
  await becomes(() => query(page).sort, "at");
});

test("a tenant's people without a session go to its own sign-in, and back", async (t) => {
  const { page } = await at(t, "/users?q=x", {
    host: "lumen",
    prepare: ({ tenants }) => {
      const { answer } = tenants.lumen;
      tenants.lumen.answer = (method, url, body) => (url.pathname === "/api/v1/admin/me" ? { status: 401, value: { error: { code: "sign_in_needed", message: "Sign in." } } } : answer(method, url, body));
    },
  });
  await page.waitForURL(/\/login\?next=/);
  await becomes(() => query(page).next, "/admin/users?q=x");
});

test("the first load's script stays within the budget as the browser counts it", async (t) => {
  const { page, context } = await at(t, "/missing", { host: "lumen" });
  const scripts = new Map();
  const fresh = await context.newPage();
  fresh.on("response", async (response) => {
    if (response.url().endsWith(".js")) scripts.set(response.url(), gzipSync(await response.body()).length);
  });
  await fresh.goto(page.url().replace("/missing", ""));
  await fresh.locator("canvas").first().waitFor();
  const total = [...scripts.values()].reduce((sum, size) => sum + size, 0);
  t.diagnostic(`${scripts.size} scripts, ${total} bytes compressed`);
  assert.ok(total > 10_000 && total < BUDGET, `${total} bytes`);
});

test("dark stays dark, on this page and the next load", async (t) => {
  const { page } = await at(t, "");
  await page.getByRole("radio", { name: "Dark" }).check({ force: true });
  await becomes(() => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "dark");
  await page.reload();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
});
