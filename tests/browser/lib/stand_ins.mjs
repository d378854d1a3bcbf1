// Payment providers on this machine, in a process of their own, and what people do on their pages.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { required } from "./server.mjs";

/** Starts all stand-ins. `settings` are the product's, that it talks to these. */
export async function startStandIns() {
  const child = spawn(required("TALLYROOM_STAND_INS"), { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await Promise.race([
    createInterface(child.stdout)[Symbol.asyncIterator]().next().then(({ value }) => [value]),
    new Promise((_, failed) => child.once("error", failed)),
  ]);
  if (!line) throw new Error("the stand-ins stopped");
  const { desk, providers } = JSON.parse(line);
  const settings = Object.entries(providers).map(([name, { address }]) => [`TALLYROOM__GATEWAYS__ELSEWHERE__${name.toUpperCase()}`, address]);
  const asking = async (path, init) => {
    const answer = await fetch(new URL(path, desk), init);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.text();
  };
  return {
    settings: Object.fromEntries(settings),
    keys: (name) => providers[name].keys,
    /** As if it were entered in the provider's own console. */
    tellTo: (name, url) => asking(`${name}/webhooks`, { method: "PUT", body: url }),
    /** All that a provider was sent, by the product and by people. */
    asked: (name) => asking(`${name}/asked`),
    async stop() {
      const gone = new Promise((done) => child.once("exit", done));
      child.stdin.end();
      await gone;
    },
  };
}

/** Types a card's number on a provider's page, or into its form in a frame of ours, and pays; some banks ask first. */
export async function payByCard(page, number, { framed = false, asks = false } = {}) {
  const place = framed ? page.frameLocator("iframe[name=provider]") : page;
  await place.getByLabel("Card number").fill(number);
  await place.getByRole("button", { name: asks ? "Ask the bank" : "Pay", exact: true }).click();
  if (asks) await place.getByRole("button", { name: "It is me" }).click();
}
