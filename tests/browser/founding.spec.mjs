// A business from nothing to its first paid call, on the product itself: the platform's owner makes it, its admin brands
// it and asks staff and a seller, and a buyer who registers on the new subdomain rings that seller.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomes } from "./lib/becomes.mjs";
import { launchBrowser, person, screenshot } from "./lib/browser.mjs";
import { atRest, axe, LOOKS, overflow, wear } from "./lib/faults.mjs";
import { startProduct } from "./lib/server.mjs";
import { acceptInvitation, connect, goAvailable, json, logIn, offer, register, ring, signInOwner, topUp } from "./lib/steps.mjs";

const SELLER = "Sela Harbour";
const BUYER = "Bo Sailor";
const BRAND = "#0b7285";
// Both consoles ask at each other's door who is there; who isn't gets a status that the browser reports.
const EXPECTED = /\/api\/(platform|v1\/admin)\/me/;

let product;
let browser;
before(async () => {
  product = await startProduct("founding");
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

for (const { width, scheme } of LOOKS.filter((look) => (look.width === 390) === (look.scheme === "dark"))) {
  test(`from a new business to its first call, ${width} px, ${scheme}`, { timeout: 240_000 }, () => play({ width, scheme }));
}

async function play(look) {
  const slug = `harbour-${look.width}`;
  const tenant = { ...product.platform, host: `${slug}.localhost`, url: `http://${slug}.localhost:${product.port}` };
  const story = { slug, tenant, look, mail: (who) => `${who}.${look.width}@harbour.example` };
  const open = async (place) => {
    const page = await person(browser, place);
    await wear(page, look);
    return page;
  };

  const owner = await open(product.platform);
  await found(owner, story);
  const admin = await open(tenant);
  await acceptInvitation(admin, product, story.mail("ada"));
  await brand(admin, story);
  await askStaffAndSeller(admin, story);
  const staff = await open(tenant);
  await acceptInvitation(staff, product, story.mail("sam"));
  await helps(staff, story);
  const seller = await open(tenant);
  await acceptInvitation(seller, product, story.mail("sela"));
  await sells(seller, story);
  const buyer = await open(tenant);
  await calls(buyer, seller, story);
  await seesTheCall(admin, story);
  for (const page of [owner, admin, staff, seller, buyer]) {
    assert.deepEqual(page.problems.filter((problem) => !EXPECTED.test(problem)), []);
    await page.context().close();
  }
}

/** Looks at a page in every size and scheme, and leaves it as it was. */
async function seen(page, name, { look }) {
  for (const other of LOOKS) {
    await wear(page, other);
    await atRest(page);
    const faults = [...(await overflow(page)), ...(await axe(page))];
    assert.deepEqual(faults, [], `${name} at ${other.width} px, ${other.scheme}`);
    await screenshot(page, `founding-${look.width}-${name}-${other.width}-${other.scheme}`);
  }
  await wear(page, look);
}

async function found(owner, story) {
  await signInOwner(owner, product);
  await owner.goto("/admin/tenants?create=1");
  const form = owner.getByRole("dialog");
  await form.getByLabel("Name", { exact: true }).fill(`Harbour ${story.look.width}`);
  await becomes(() => form.getByLabel("Subdomain").inputValue(), story.slug);
  await form.getByLabel("Currency").selectOption("EUR");
  await form.getByLabel("Administrator's name").fill("Ada Harbour");
  await form.getByLabel("Administrator's email").fill(story.mail("ada"));
  await seen(owner, "1-create", story);
  await form.getByRole("button", { name: "Create business" }).click();
  await owner.getByText(`${story.tenant.host}`).first().waitFor();
  await seen(owner, "2-created", story);
}

async function brand(admin, story) {
  await logIn(admin, story.mail("ada"), undefined, "/admin/branding");
  await admin.getByRole("textbox", { name: "Brand colour", exact: true }).fill(BRAND);
  await admin.getByLabel("Page title").fill("Harbour: sailing teachers");
  await seen(admin, "3-branding", story);
  await admin.getByRole("button", { name: "Publish", exact: true }).click();
  await admin.getByText("Your pages wear it now").waitFor();
  const visitor = await person(browser, story.tenant);
  await visitor.goto("/");
  assert.match(await visitor.title(), /Harbour: sailing teachers/);
  const drawn = await visitor.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--brand").trim());
  assert.equal(drawn, BRAND);
  await seen(visitor, "4-home", story);
  assert.deepEqual(visitor.problems, []);
  await visitor.context().close();
}

async function askStaffAndSeller(admin, story) {
  await admin.goto("/admin/staff?create=1");
  let form = admin.getByRole("dialog");
  await form.getByLabel("Name", { exact: true }).fill("Sam Helper");
  await form.getByLabel("Email").fill(story.mail("sam"));
  await seen(admin, "5-staff", story);
  await form.getByRole("button", { name: "Invite staff" }).click();
  await admin.getByText("Sam Helper").first().waitFor();
  await admin.goto("/admin/sellers?create=1");
  form = admin.getByRole("dialog");
  await form.getByLabel("Name", { exact: true }).fill(SELLER);
  await form.getByLabel("Email").fill(story.mail("sela"));
  await form.getByLabel("Headline").fill("Teaches sailing, from the first knot");
  await seen(admin, "6-seller", story);
  await form.getByRole("button", { name: "Invite a seller" }).click();
  await admin.getByRole("row", { name: SELLER }).getByText("Invited").waitFor();
}

/** Staff see what they were given, and nothing else. */
async function helps(staff, story) {
  await logIn(staff, story.mail("sam"), undefined, "/admin");
  await staff.getByRole("heading", { name: "Dashboard" }).waitFor();
  await seen(staff, "7-staff-console", story);
  await staff.goto("/admin/branding");
  await staff.getByRole("heading", { name: "Nothing here" }).waitFor();
  assert.equal(await staff.getByRole("button", { name: "Publish", exact: true }).count(), 0);
}

async function sells(seller, story) {
  await logIn(seller, story.mail("sela"));
  await offer(seller, { title: "First lesson", rate: "10.00" });
  await goAvailable(seller);
  await seen(seller, "8-sell", story);
}

async function calls(buyer, seller, story) {
  await register(buyer, product, BUYER);
  await topUp(buyer, "5.00");
  await seen(buyer, "9-wallet", story);
  await ring(buyer, SELLER);
  await seller.getByText(BUYER).first().waitFor();
  await seller.getByTestId("accept").click();
  await connect(seller, buyer);
  // Who ends before anything was carried pays nothing.
  await buyer.getByTestId("charged").filter({ hasText: /0\.83|1\.66/ }).waitFor({ state: "attached" });
  await buyer.getByTestId("end").click();
  await buyer.getByTestId("end-confirm").click();
  await buyer.getByTestId("total").waitFor();
  await seen(buyer, "10-summary", story);
  const call = new URL(buyer.url()).pathname.split("/").pop();
  story.charged = (await json(buyer, `/api/v1/calls/${call}`)).charged_minor;
  assert.ok(story.charged > 0, "the call was paid for");
}

/** The admin's figures are the call's. */
async function seesTheCall(admin, story) {
  await admin.goto("/admin/calls?state=ended");
  const line = admin.getByRole("row", { name: SELLER });
  await line.getByText((story.charged / 100).toFixed(2)).waitFor();
  await seen(admin, "11-calls", story);
}
