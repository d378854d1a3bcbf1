// Looks at every page of both consoles on sample data: a screenshot each at 1280 and 390 px, light and dark, and the
// checks that need a browser (axe finds nothing, nothing overflows sideways, the console stays silent under the
// product's content security policy).
//
//   node tests/browser/console.mjs OUT [--no-shots] [FILTER]     after `npm --prefix admin_ui run build`
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startMock } from "../../admin_ui/tools/mock.mjs";
import { NOW, uuid as id } from "../../admin_ui/tools/mock/sample.mjs";
import { launchBrowser } from "./lib/browser.mjs";
import { atRest, axeIn, overflow, schemesIn, wear, WIDTHS } from "./lib/faults.mjs";

const shoots = !process.argv.includes("--no-shots");
const [out, filter = ""] = process.argv.slice(2).filter((argument) => argument !== "--no-shots");
if (!out) throw new Error("usage: node console.mjs OUT [--no-shots] [FILTER]");

const click = (name) => (page) => page.getByRole("button", { name, exact: true }).click();

/** What is looked at: host, address, and what is done there first. */
const VIEWS = [
  ["platform", "sign-in", "", { signedOut: true }],
  ["platform", "enrol", "", { signedOut: true, unenrolled: true, act: signIn }],
  ["platform", "overview", ""],
  ["platform", "calls", "/calls"],
  ["platform", "calls-ended", "/calls?state=ended&sort=-charged_minor&page=2"],
  ["platform", "call", `/calls?open=${id(3, 0)}`],
  ["platform", "call-end", `/calls?open=${id(3, 0)}`, { act: click("End call") }],
  ["platform", "nodes", "/nodes"],
  ["platform", "jobs", "/jobs", { act: (page) => page.getByRole("checkbox", { name: "Select Send mail" }).first().check() }],
  ["platform", "job", `/jobs?open=${id(5, 1)}`],
  ["platform", "tenants", "/tenants"],
  ["platform", "tenants-nothing", "/tenants?q=nobody+has+this"],
  ["platform", "tenant", `/tenants?open=${id(2, 0)}`],
  ["platform", "tenant-suspended", `/tenants?open=${id(2, 3)}`],
  ["platform", "tenant-delete", `/tenants?open=${id(2, 0)}`, { act: click("Delete") }],
  ["platform", "tenant-create", "/tenants?create=1"],
  ["platform", "people", "/users"],
  ["platform", "person", `/users?open=${id(1, 2)}`],
  ["platform", "recordings", "/recordings"],
  ["platform", "recording", `/recordings?open=${id(31, 2)}`],
  ["platform", "plans", "/plans"],
  ["platform", "plan", `/plans?open=${id(9, 1)}`],
  ["platform", "subscription-rules", "/plans?rules=1"],
  ["platform", "payments", "/payments"],
  ["platform", "audit", "/audit"],
  ["platform", "audit-entry", `/audit?open=${id(6, 3)}`],
  ["platform", "missing", "/nowhere"],
  ["platform", "drawer", "", { narrow: true, act: click("Open navigation") }],
  ["platform", "german", "/tenants", { language: "de" }],
  ["lumen", "dashboard", ""],
  ["lumen", "dashboard-day", "/?period=day"],
  ["lumen", "calls", "/calls"],
  ["lumen", "call-thumbs", `/calls?state=ended&open=${id(3, 7)}`],
  ["lumen", "recordings", "/recordings"],
  ["lumen", "recording", `/recordings?open=${id(31, 2)}`],
  ["lumen", "recordings-german", "/recordings?state=composing", { language: "de" }],
  ["lumen", "chats", "/conversations"],
  ["lumen", "chat", `/conversations?open=${id(8, 3)}`],
  ["lumen", "reviews", "/reviews"],
  ["lumen", "review", `/reviews?open=${id(10, 3)}`],
  ["lumen", "review-reported", `/reviews?open=${id(10, 4)}`],
  ["lumen", "reports", "/reports"],
  ["lumen", "report", `/reports?open=${id(16, 2)}`],
  ["lumen", "report-german", `/reports?open=${id(16, 5)}`, { language: "de" }],
  ["lumen", "disputes", "/disputes"],
  ["lumen", "dispute", `/disputes?open=${id(22, 0)}`],
  ["lumen", "dispute-known", `/disputes?open=${id(22, 0)}`, { act: click("Look at it") }],
  ["lumen", "dispute-decided", `/disputes?open=${id(22, 3)}&state=closed`, { language: "de" }],
  ["lumen", "disputes-none", "/disputes?q=nobody"],
  ["lumen", "documents", "/documents"],
  ["lumen", "document", `/documents?open=${id(24, 2)}`],
  ["lumen", "documents-none", "/documents?q=nobody", { language: "de" }],
  ["lumen", "refunds", "/refunds"],
  ["lumen", "refund", `/refunds?open=${id(20, 1)}`],
  ["lumen", "refunds-none", "/refunds?q=nobody"],
  ["lumen", "refund-give", `/calls?state=ended&open=${id(3, 7)}`, { act: click("Give money back") }],
  ["lumen", "chargebacks", "/chargebacks"],
  ["lumen", "chargeback", `/chargebacks?open=${id(23, 0)}`, { act: click("Look at it") }],
  ["lumen", "users", "/users"],
  ["lumen", "user", `/users?open=${id(1, 4)}`],
  ["lumen", "user-factor-reset", `/users?open=${id(1, 4)}`, { act: click("Reset second factor") }],
  ["lumen", "sellers", "/sellers"],
  ["lumen", "seller-invite", "/sellers?create=1"],
  ["lumen", "seller", `/sellers?open=${id(1, 0)}`],
  ["lumen", "studios", "/studios"],
  ["lumen", "studio", `/studios?open=${id(14, 0)}`],
  ["lumen", "studio-seller", `/studios?open=${id(14, 1)}`, { act: findSeller }],
  ["lumen", "studio-closed", `/studios?open=${id(14, 2)}`],
  ["lumen", "studio-close", `/studios?open=${id(14, 0)}`, { act: click("Close the studio") }],
  ["lumen", "studio-create", "/studios?create=1"],
  ["lumen", "studio-german", `/studios?open=${id(14, 0)}`, { language: "de" }],
  ["lumen", "services", "/services"],
  ["lumen", "categories", "/categories"],
  ["lumen", "category", `/categories?open=${id(15, 1)}`],
  ["lumen", "category-closed", `/categories?open=${id(15, 2)}`],
  ["lumen", "category-close", `/categories?open=${id(15, 1)}`, { act: click("Close the category") }],
  ["lumen", "category-create", "/categories?create=1"],
  ["lumen", "category-german", `/categories?open=${id(15, 1)}`, { language: "de" }],
  ["lumen", "ways", "/ways-to-pay"],
  ["lumen", "ways-none", "/ways-to-pay", { prepare: (db) => (db.gateways = []) }],
  ["lumen", "ways-live", "/ways-to-pay", { prepare: live }],
  ["lumen", "ways-go-live", "/ways-to-pay", { prepare: enabled, act: click("Take real money") }],
  ["lumen", "ways-no-factor", "/ways-to-pay", { refused: true, prepare: (db) => (db.me.second_factor = false) }],
  ["lumen", "ways-german", "/ways-to-pay", { language: "de" }],
  ["lumen", "way", `/ways-to-pay?open=${id(17, 0)}`],
  ["lumen", "way-fails", `/ways-to-pay?open=${id(17, 1)}`],
  ["lumen", "way-german", `/ways-to-pay?open=${id(17, 2)}`, { language: "de" }],
  ["lumen", "way-remove", `/ways-to-pay?open=${id(17, 0)}`, { act: click("Remove") }],
  ["lumen", "way-create", "/ways-to-pay?create=1"],
  ["lumen", "provider-messages", "/provider-messages"],
  ["lumen", "provider-message", `/provider-messages?open=${id(18, 0)}`],
  ["lumen", "provider-messages-none", "/provider-messages", { prepare: (db) => (db.messages = []) }],
  ["lumen", "differences", "/differences"],
  ["lumen", "differences-german", "/differences", { language: "de" }],
  ["lumen", "difference-close", `/differences?open=${id(19, 0)}`, { act: click("Close it") }],
  ["lumen", "differences-none", "/differences", { prepare: (db) => (db.differences = []) }],
  ["lumen", "step-up", "/ways-to-pay", { refused: true, act: askForCode }],
  ["lumen", "step-up-german", "/ways-to-pay", { refused: true, language: "de", act: askForCode }],
  ["lumen", "staff", "/staff"],
  ["lumen", "staff-member", `/staff?open=${id(1, 14)}`],
  ["lumen", "payouts", "/payouts", { act: (page) => page.getByRole("checkbox").nth(1).check() }],
  ["lumen", "payouts-approve", "/payouts", { act: approveFirst }],
  ["lumen", "payouts-german", "/payouts?state=all", { language: "de" }],
  ["lumen", "payout", `/payouts?state=batched&open=${id(20, 5)}`],
  ["lumen", "batches", "/batches"],
  ["lumen", "batch", "/batches?open=12"],
  ["lumen", "batch-sent", "/batches?open=13"],
  ["lumen", "books", "/books"],
  ["lumen", "books-german", "/books", { language: "de" }],
  ["lumen", "accounts", "/accounts?kind=earnings"],
  ["lumen", "account", `/accounts?kind=earnings&open=${id(22, 2)}`],
  ["lumen", "user-freeze", `/users?open=${id(1, 2)}`, { act: click("Freeze money") }],
  ["lumen", "settings", "/settings"],
  ["lumen", "branding", "/branding"],
  ["lumen", "branding-editor", "/branding", { act: openEditor }],
  ["lumen", "branding-versions", "/branding", { act: (page) => page.getByRole("button", { name: "What changed" }).first().click() }],
  ["lumen", "words", "/words"],
  ["lumen", "subscription", "/subscription"],
  ["lumen", "exports", "/exports"],
  ["lumen", "audit", "/audit"],
  ["lumen", "view-as", "/settings", { readOnly: true }],
  ["velvet", "dashboard", "/?period=month"],
  ["velvet", "staff", "/staff?create=1"],
  ["velvet", "subscription-over", "/subscription", { unpaid: true }],
  ["velvet", "subscription-german", "/subscription", { unpaid: true, language: "de" }],
  ["velvet", "german", "/branding", { language: "de" }],
].map(([host, name, path, more = {}]) => ({ host, name, path, ...more }));

/** The account with real money is what people pay through. */
function enabled(db) {
  db.gateways = db.gateways.map((account) => (account.mode === "live" ? { ...account, checked_at: NOW, enabled: true } : account));
}

function live(db) {
  enabled(db);
  db.money = "live";
}

async function askForCode(page) {
  await page.getByRole("checkbox", { name: "Stripe" }).first().click();
  await page.getByRole("textbox", { name: "Code" }).waitFor();
}

async function signIn(page) {
  await page.getByLabel("Email").fill("owner@example.com");
  await page.getByLabel("Password").fill("owner");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Code").waitFor();
}

async function findSeller(page) {
  await page.getByRole("searchbox", { name: "Add a seller" }).fill("a");
  await page.getByRole("button", { name: /^Add .+/ }).first().waitFor();
}

async function openEditor(page) {
  await page.getByRole("button", { name: "Open the editor" }).click();
  await page.getByTitle("Preview with sample data").waitFor();
}

async function look(page, { state, port }, view, width) {
  const { platform, tenants } = state.reset();
  if (!view.signedOut) platform.db.me = { id: "1", name: "Ada Owner", email: "owner@example.com", role: "owner" };
  platform.db.enrolled = !view.unenrolled;
  tenants.lumen.db.me.read_only = view.readOnly === true;
  tenants.velvet.db.unpaid = view.unpaid === true;
  view.prepare?.(tenants.lumen.db);
  await wear(page, { width, scheme: "light" });
  const [problems, shots] = [[], []];
  // Asking who is signed in, or which console this is, is answered with a status that Chromium reports; so is what a view is
  // about being refused.
  const quiet = (url) => /\/api\/platform\/me$/.test(url) || (view.refused && url.includes("/gateway-accounts"));
  // A preview's sandbox says that it runs nothing: that is what it is for.
  const sandboxed = (text) => text.startsWith("Blocked script execution in 'about:srcdoc'");
  const onConsole = (message) => message.type() === "error" && !quiet(message.location().url) && !sandboxed(message.text()) && problems.push(message.text());
  const onError = (error) => problems.push(String(error));
  page.on("console", onConsole);
  page.on("pageerror", onError);
  try {
    await page.goto(`http://${view.host === "platform" ? "" : `${view.host}.`}localhost:${port}/admin${view.path}`);
    await page.getByRole("heading").first().waitFor();
    await page.waitForFunction(() => document.querySelector("[aria-busy=true]") === null);
    await view.act?.(page);
    await page.evaluate(() => document.fonts.ready);
    const dialog = await page.locator("dialog[open]").count();
    problems.push(...(await overflow(page)));
    for (const scheme of schemesIn(width, shoots)) {
      await wear(page, { width, scheme });
      await atRest(page);
      problems.push(...(await axeIn(page, scheme)));
      const shot = `${view.host}-${view.name}-${width}-${scheme}.png`;
      shots.push(shot);
      if (shoots) await page.screenshot({ path: join(out, shot), fullPage: dialog === 0 });
    }
  } catch (error) {
    problems.push(String(error).split("\n")[0]);
  }
  page.off("console", onConsole);
  page.off("pageerror", onError);
  return { shots, problems };
}

function index(shots) {
  const cell = (shot) => `<a href="${shot}"><img src="${shot}" alt="${shot}" width="${shot.includes("-390-") ? 195 : 480}" loading="lazy"></a>`;
  return `<!doctype html><meta charset="utf-8"><title>Consoles</title><style>body{background:#888}img{vertical-align:top;margin:4px}</style>${shots.map(cell).join("\n")}`;
}

mkdirSync(out, { recursive: true });
const browser = await launchBrowser();
const queue = VIEWS.filter(({ host, name }) => new RegExp(filter).test(`${host}/${name}`)).flatMap((view) =>
  WIDTHS.filter((width) => !view.narrow || width < 600).map((width) => ({ view, width })),
);
const shots = [];
let bad = 0;
/** A browser's page in a language, at the samples' time. */
async function reader(locale) {
  const context = await browser.newContext({ locale, timezoneId: "Europe/Berlin" });
  context.setDefaultTimeout(8_000);
  const page = await context.newPage();
  await page.clock.setSystemTime(NOW);
  return page;
}
async function worker() {
  const mock = await startMock();
  const pages = { en: await reader("en-GB"), de: await reader("de") };
  for (let next = queue.shift(); next; next = queue.shift()) {
    const seen = await look(pages[next.view.language ?? "en"], mock, next.view, next.width);
    shots.push(...seen.shots);
    for (const problem of seen.problems) console.log(`${next.view.host}/${next.view.name} ${next.width} px: ${problem}`);
    bad += seen.problems.length;
  }
  mock.server.close();
}
await Promise.all([worker(), worker()]);
await browser.close();
if (shoots) writeFileSync(join(out, "index.html"), index(shots.sort()));
console.log(JSON.stringify({ consoles: VIEWS.length, looks: shots.length, problems: bad }));
process.exit(bad ? 1 : 0);

async function approveFirst(page) {
  await page.getByRole("checkbox").nth(1).check();
  await page.getByRole("button", { name: "Approve", exact: true }).click();
}
