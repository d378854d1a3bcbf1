// Chromium with a fake camera and microphone, one context a person.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const artefacts = join(import.meta.dirname, "..", "artefacts");

/** Sizes that every page is looked at in. */
export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/**
 * Debian's Chromium, as ARCHITECTURE's measured flags want it, but those in `without`, and with so many cameras and
 * microphones. Close it when done.
 */
export function launchBrowser(without = [], devices = 1) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--use-fake-ui-for-media-stream",
      `--use-fake-device-for-media-stream=device-count=${devices}`,
    ].filter((flag) => !without.includes(flag)),
  });
}

/**
 * One person with a browser of their own (cookies, permissions) on a tenant, whose device is in a time zone.
 * `page.problems` collects what a careful developer would see in the console.
 */
export async function person(browser, tenant, { viewport = DESKTOP, dark = false, zone = undefined } = {}) {
  const context = await browser.newContext({
    baseURL: tenant.url,
    viewport,
    colorScheme: dark ? "dark" : "light",
    timezoneId: zone,
    permissions: ["camera", "microphone"],
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => {
    // Between a page that fades into the next and one that doesn't (the room), or while a test changes the window's size;
    // nothing is lost by it.
    const fading = /ViewTransition opt-in disabled|Transition was aborted because of invalid state/;
    if (!fading.test(error.message)) page.problems.push(String(error));
  });
  page.on("console", (message) => {
    if (message.type() === "error") page.problems.push(`${message.text()} (${message.location().url})`);
  });
  return page;
}

/** Keeps a picture of the page as `artefacts/NAME.png`. */
export async function screenshot(page, name) {
  mkdirSync(artefacts, { recursive: true });
  const shoot = () => page.screenshot({ path: join(artefacts, `${name}.png`), animations: "disabled" });
  // Chromium gives up on a picture where the machine draws too slowly; that says nothing of the page.
  await shoot().catch((error) => (/Unable to capture screenshot/.test(error.message) ? shoot() : Promise.reject(error)));
}
