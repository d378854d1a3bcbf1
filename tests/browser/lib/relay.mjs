// A relay (coturn) for one test file, and credentials for it.
import { execFile, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

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
    /** Whether the relay lets somebody in whose credential ends at that moment; what its client says. */
    tryCredential: (endsAt) => tryCredential(port, `${Math.floor(endsAt / 1_000)}:test`),
    async stop() {
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function tryCredential(port, user) {
  const password = createHmac("sha1", SECRET).update(user).digest("base64");
  const args = ["-v", "-y", "-n", "1", "-u", user, "-w", password, "-p", String(port), "127.0.0.1"];
  return new Promise((done) => {
    execFile("turnutils_uclient", args, { timeout: 15_000 }, (error, out, errors) => done({ in: !error, said: `${out}${errors}` }));
  });
}
