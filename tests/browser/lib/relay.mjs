// A relay (coturn) for one test file, and credentials for it.
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allocate } from "./turn.mjs";

const SECRET = "a secret of the tests, long enough";

/** Starts coturn on a port of 127.0.0.1. `settings` make the product use it. */
export async function startRelay(port) {
  const folder = mkdtempSync(join(tmpdir(), "tallyroom-relay-"));
  const options = [
    "-n", "--no-cli", "--no-tls", "--no-dtls", "--fingerprint", "--allow-loopback-peers",
    "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", `--listening-port=${port}`,
    "--min-port=42000", "--max-port=42199", "--realm=tallyroom.test",
    "--use-auth-secret", `--static-auth-secret=${SECRET}`,
    "--log-file=stdout", `--pidfile=${join(folder, "pid")}`, `--userdb=${join(folder, "db")}`,
  ];
  const child = spawn("turnserver", options, { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (log += text));
  const exited = new Promise((done) => child.once("exit", done));
  await new Promise((done) => setTimeout(done, 1_000));
  if (child.exitCode !== null) throw new Error(`coturn ended: ${log}`);
  return {
    settings: { TALLYROOM__TURN__URLS: `turn:127.0.0.1:${port}?transport=udp`, TALLYROOM__TURN__SECRET: SECRET },
    log: () => log,
    /** What the relay says to a credential that ends at that moment: 200, or the error's number. */
    tryCredential(endsAt) {
      const user = `${Math.floor(endsAt / 1_000)}:test`;
      return allocate(port, user, createHmac("sha1", SECRET).update(user).digest("base64"));
    },
    async stop() {
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
