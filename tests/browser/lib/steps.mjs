// What people do on a tenant's pages, step by step, as a person would: by forms, links and buttons.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

const PASSWORD = "correct horse battery";
/** Of everybody in the demo. */
export const DEMO_PASSWORD = "tallyroom-demo";

/** Registers a new person, follows the mail's link and logs in. */
export async function register(page, product, name) {
  const email = `${name.toLowerCase().replace(/\W+/g, ".")}.${randomBytes(3).toString("hex")}@example.org`;
  await page.goto("/register");
  await page.fill("[name=name]", name);
  await page.fill("[name=email]", email);
  await page.fill("[name=password]", PASSWORD);
  await page.check("[name=of_age]");
  await page.check("[name=accept_terms]");
  await submit(page, "/register");
  await followMail(page, product, email);
  await submit(page, "/verify");
  await logIn(page, email, PASSWORD);
  return email;
}

/** Says yes to the invitation that came by mail, with a password of one's own. */
export async function acceptInvitation(page, product, email) {
  await followMail(page, product, email);
  await page.fill("[name=password]", PASSWORD);
  await page.check("[name=of_age]");
  await page.check("[name=accept_terms]");
  await submit(page, "/invite");
  await page.locator("main a.btn-primary").waitFor();
}

/** The authenticator's code. Each counts once: one that was used is waited out. */
async function freshCode(product) {
  for (;;) {
    const { out } = await product.command("totp");
    const code = out.trim();
    if (code !== product.usedCode) return (product.usedCode = code);
    await new Promise((done) => setTimeout(done, 500));
  }
}

/** The platform's owner signs in with the authenticator's code. */
export async function signInOwner(page, product) {
  await page.goto("/admin");
  await page.getByLabel("Email").fill("owner@tallyroom.example");
  await page.getByLabel("Password").fill(DEMO_PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Code" }).fill(await freshCode(product));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  // That nobody was signed in before is no problem.
  page.problems.length = 0;
}

/** Logs in with one's own password, or the one given, and is led on from there. */
export async function logIn(page, email, password = PASSWORD, next = undefined) {
  await page.goto(next ? `/login?next=${encodeURIComponent(next)}` : "/login");
  const form = page.locator("form[action='/login']").first();
  await form.locator("[name=email]").fill(email);
  await form.locator("[name=password]").fill(password);
  await form.locator("button:not([type=button])").click();
  await page.waitForURL((url) => url.pathname !== "/login");
}

/** Sends the page's form that goes to `action`. */
export async function submit(page, action) {
  await page.locator(`form[action='${action}'] button:not([type=button])`).first().click();
}

/** Opens the link of the newest mail to `email`, which arrives a moment after the request that caused it. */
async function followMail(page, product, email) {
  const mail = page.locator("li", { hasText: email }).locator("a").first();
  for (let tries = 0; tries < 50; tries++) {
    await page.goto(`${product.platform.url}/dev/mailbox`);
    if (await mail.isVisible()) break;
    await page.waitForTimeout(200);
  }
  await mail.click();
  await page.locator("main a.btn-primary").click();
}

/** Pays into the wallet on the test gateway's page, with a card that is kept if they want. */
export async function topUp(page, amount, { keep = false } = {}) {
  await page.goto("/wallet");
  await page.fill("[name=amount]", amount);
  if (keep) await page.locator("[name=keep]").check();
  await submit(page, "/wallet");
  await pay(page);
  await page.locator("#top-up .mark-good").waitFor();
}

/** Presses "pay" on the test gateway's page. */
export async function pay(page) {
  await page.locator("[name=choice][value=succeed]").click();
}

/** Makes the person a seller with one service, charged by blocks of five seconds. */
export async function startSelling(page, { headline, ...service }) {
  await page.goto("/sell");
  await page.fill("[name=headline]", headline);
  await page.locator("form", { has: page.locator("[name=headline]") }).locator("button").click();
  await offer(page, service);
}

/**
 * Puts one service on the site, charged by blocks of five seconds; one that can be booked like that, for so many minutes,
 * or also asked for at once.
 */
export async function offer(page, { title, rate, booking = "", length = "60", atOnce = false }) {
  await page.goto("/sell?service=new");
  await page.fill("[name=title]", title);
  await page.fill("[name=rate]", rate);
  await page.selectOption("[name=increment]", "block");
  await page.fill("[name=block_seconds]", "5");
  await page.selectOption("[name=booking]", booking);
  if (booking) await page.fill("[name=length_min]", length);
  if (atOnce) await page.check("[name=at_once]");
  await page.check("[name=published]");
  await page.locator("form", { has: page.locator("[name=rate]") }).locator("button:not([type=button])").click();
  await page.getByText(title).first().waitFor();
}

/** Switches availability on and stays on the page, where the ring will be heard. */
export async function goAvailable(page) {
  await page.goto("/sell");
  await page.selectOption("[name=hours]", "1");
  await page.locator("form", { has: page.locator("[name=hours]") }).locator("button").click();
  await page.locator("[name=action][value=go_away]").waitFor({ state: "attached" });
}

/** Finds the seller among those who are live and rings; resolves in the room. */
export async function ring(page, sellerName) {
  await page.goto("/live");
  await page.getByRole("link", { name: sellerName }).first().click();
  await page.locator("form:has([name=service]) button:visible").first().click();
  await page.waitForURL(/\/calls\/[0-9a-f-]+$/);
}

/** Somebody who sells and waits to be rung, and somebody with money. */
export async function introduce(product, seller, buyer, { name, buyerName, money = "50", ...service }) {
  await register(seller, product, name);
  await startSelling(seller, service);
  await goAvailable(seller);
  await register(buyer, product, buyerName);
  await topUp(buyer, money);
}

/** The buyer rings, the seller is there, and the call goes live. Gives its id. */
export async function talk(seller, buyer, sellerName) {
  await seller.goto("/sell");
  await ring(buyer, sellerName);
  await seller.getByTestId("accept").click();
  return connect(seller, buyer);
}

/** Both come into the room, press what begins the call, and see each other. Gives its id. */
export async function connect(seller, buyer) {
  const both = [seller, buyer];
  await Promise.all(both.map((page) => inPhase(page, "pre_check")));
  await buyer.getByTestId("connect").click();
  await seller.getByTestId("connect").click();
  await Promise.all(both.map((page) => inPhase(page, "live")));
  await Promise.all(both.map((page) => seesOther(page)));
  return new URL(buyer.url()).pathname.split("/").pop();
}

/** Makes a link for somebody else to come by, and gives it. */
export async function inviteGuest(page, role, languages = []) {
  await page.mouse.move(200, 200);
  await page.getByTestId("people").click();
  await page.getByTestId("guest-role").selectOption(role);
  for (const language of languages) await page.locator(`[name=language][value=${language}]`).check();
  await page.getByTestId("guest-invite").click();
  await page.getByTestId("guest-link").waitFor();
  return page.getByTestId("guest-link").inputValue();
}

/** Follows such a link with a name. */
export async function comeAsGuest(page, link, name) {
  await page.goto(link);
  await page.fill("[name=name]", name);
  await submit(page, new URL(link).pathname);
}

/** Ends the call; a person is asked whether they mean it. */
export async function endCall(page) {
  await page.getByTestId("end").click();
  await page.getByTestId("end-confirm").click();
  await inPhase(page, "ended", 30_000);
}

/** Waits until the room's page shows that phase. */
export async function inPhase(page, phase, timeout = 20_000) {
  await page.locator(`#room[data-phase="${phase}"]`).waitFor({ timeout });
}

/** Waits until the other person's picture moves: at least `frames` more of them were shown. A new track counts anew. */
export async function seesOther(page, frames = 10) {
  const shown = () => document.querySelector("#other-video").getVideoPlaybackQuality().totalVideoFrames;
  const before = await page.evaluate(shown);
  await page.waitForFunction(
    ({ before, frames }) => {
      const shown = document.querySelector("#other-video").getVideoPlaybackQuality().totalVideoFrames;
      return shown >= (shown < before ? frames : before + frames);
    },
    { before, frames },
    { timeout: 45_000 },
  );
}

/** JSON of the tenant's API, asked with the page's own session. */
export async function json(page, path) {
  const answer = await page.evaluate(async (address) => {
    const response = await fetch(address);
    return { status: response.status, text: await response.text() };
  }, path);
  assert.equal(answer.status, 200, `${path}: ${answer.text}`);
  return JSON.parse(answer.text);
}
