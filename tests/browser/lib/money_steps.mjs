// What a marketplace's staff do about money in their console, and what buyers and sellers do about it on their pages.
import assert from "node:assert/strict";
import { becomes } from "./becomes.mjs";
import { DEMO_PASSWORD, logIn } from "./steps.mjs";
import { totp } from "./totp.mjs";

/** The marketplace's admin, signed in with a second factor just switched on. */
export async function signInForMoney(page, tenant) {
  await logIn(page, `admin@${tenant.host.split(".")[0]}.example`, DEMO_PASSWORD);
  await page.goto("/admin/ways-to-pay");
  await page.getByRole("link", { name: "Switch it on" }).click();
  const secret = await page.locator("p.select-all").innerText();
  await page.getByLabel("Code", { exact: true }).fill(totp(secret));
  await page.getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("heading", { name: "Recovery codes" }).waitFor();
  return secret;
}

/** Sellers are paid at once, and little is enough. */
export async function payOutAtOnce(page) {
  await page.goto("/admin/payouts");
  await page.getByLabel("Hold earnings for").fill("0");
  await page.getByLabel("Least payout").fill("0.10");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved", { exact: true }).first().waitFor();
}

/** Types an account's keys, tries them, has its provider tell us what happens, and offers it to people who pay. */
export async function openAccount(page, provider, name, keys, tellTo) {
  await page.goto("/admin/ways-to-pay?create=1");
  const form = page.getByRole("dialog", { name: "Add an account" });
  await form.getByLabel("Provider", { exact: true }).selectOption(provider);
  for (const [key, value] of Object.entries(keys)) await form.locator(`[name=${key}]`).fill(value);
  await form.getByRole("button", { name: "Add an account" }).click();
  const sheet = page.getByRole("dialog", { name });
  await sheet.getByRole("button", { name: "Test connection" }).click();
  await sheet.getByText(`${name} takes these keys.`).waitFor();
  await tellTo(await sheet.locator("code").innerText());
  await sheet.getByRole("button", { name: "Close" }).click();
  await offer(page, name, true);
}

/** Offers a way to pay to people, or doesn't any more. */
export async function offer(page, name, on) {
  await page.goto("/admin/ways-to-pay");
  const box = page.getByLabel(`Offer ${name} to people who pay`);
  await box.click();
  await becomes(() => box.isChecked(), on);
}

/** The seller gives a part of an order back. */
export async function giveBack(page, order, amount) {
  await page.goto(`/conferences/${order}/refund`);
  await page.fill("[name=amount]", amount);
  await page.fill("[name=reason]", "The picture stood still for a while.");
  await page.locator("[value=preview]").click();
  await page.locator("[value=confirm]").click();
  await page.waitForURL((url) => url.pathname === `/conferences/${order}`);
}

/** A buyer tips a seller. */
export async function tip(page, seller, amount) {
  await page.goto(`/sellers/${seller}/tip`);
  await page.fill("[name=amount]", amount);
  await page.locator(`form[action='/sellers/${seller}/tip'] button`).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/tip"));
}

/** The buyer claims a part of an order back. */
export async function claim(page, order, amount) {
  await page.goto(`/conferences/${order}/dispute`);
  await page.fill("[name=amount]", amount);
  await page.fill("[name=reason]", "It wasn't what was agreed.");
  await page.locator("form:has([name=reason]) button").click();
  await page.waitForURL(/\/disputes\/[0-9a-f-]+$/);
}

/** Staff decide about a buyer's claim. */
export async function decide(page, buyer, amount) {
  await page.goto("/admin/disputes");
  await page.getByRole("link", { name: buyer }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Goes back to the buyer").fill(amount);
  await sheet.locator("textarea").fill("Half of it was as agreed.");
  await sheet.getByRole("button", { name: "Decide" }).click();
  await page.getByText("Decided; both are told").waitFor();
}

/** A seller says where money is to go, once. */
export async function sayWhereTo(page, holder) {
  await page.goto("/sell/earnings?method=iban");
  await page.fill("[name=holder]", holder);
  await page.fill("[name=iban]", "DE89370400440532013000");
  await page.locator("form:has([name=iban]) button").click();
  await page.getByText("3000").first().waitFor();
}

/** A seller asks for all there is. */
export async function askForPayout(page) {
  await page.goto("/sell/earnings");
  await page.locator("form:has([value=request]) button").click();
  await page.locator("form:has([value=cancel])").waitFor();
}

/** Staff, who are somebody else, approve it. */
export async function approvePayout(page, seller) {
  await bulk(page, "/admin/payouts?state=requested", seller, "Approve");
  await page.getByText("Approved; the sellers are told").waitFor();
}

/** Staff put it into a batch, and say that this has arrived. */
export async function sendPayout(page, seller) {
  await bulk(page, "/admin/payouts?state=approved", seller, "Put into a batch");
  const told = await page.getByText(/^This is batch \d+$/).innerText();
  await page.goto("/admin/batches");
  await page.getByRole("link", { name: `Batch ${told.match(/\d+/)[0]}`, exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "It has arrived" }).click();
  await page.getByRole("dialog", { name: /has arrived/ }).getByRole("button", { name: "It has arrived" }).click();
  await page.getByText(/^Batch \d+ is paid$/).waitFor();
}

async function bulk(page, path, row, action) {
  await page.goto(path);
  await page.getByRole("row").filter({ hasText: row }).getByRole("checkbox").check();
  await page.getByRole("group").getByRole("button", { name: action }).click();
  await page.getByRole("dialog").getByRole("button", { name: action }).click();
}

/**
 * The trial balance, as staff read it on its page, comes to nothing in each currency; and every balance is the sum of its
 * entries. Gives what lies on accounts of each kind.
 */
export async function balanced(page, product, step) {
  const told = (answer) => new URL(answer.url()).pathname === "/api/v1/admin/books" && answer.ok();
  const [answer] = await Promise.all([page.waitForResponse(told), page.goto("/admin/books")]);
  const { currencies } = await answer.json();
  assert.ok(currencies.length > 0, step);
  for (const { currency, sum_minor } of currencies) assert.equal(sum_minor, 0, `${step}: ${currency}`);
  const sums = page.getByRole("row").filter({ hasText: "All together" });
  await becomes(() => sums.count(), currencies.length);
  for (const sum of await sums.all()) assert.match(await sum.getByRole("cell").last().innerText(), /^\D*0\.00\D*$/, step);
  const wrong = `select count(*) from ledger_accounts a where balance_minor <> (select coalesce(sum(e.amount_minor), 0)
    from ledger_entries e where e.tenant_id = a.tenant_id and e.account_id = a.id)`;
  assert.equal(product.sql(wrong), "0", `${step}: balances and entries`);
  return Object.fromEntries(currencies.flatMap(({ kinds }) => kinds.map(({ kind, balance_minor }) => [kind, balance_minor])));
}
