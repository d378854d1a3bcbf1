// A relay (coturn) for one test file, as config/deploy/turnserver.conf sets one up, and credentials for it.
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { allocate } from "./turn.mjs";

const DEPLOYED = join(import.meta.dirname, "..", "..", "..", "config", "deploy", "turnserver.conf");
const SECRET = "a secret of the tests, long enough";
/** Settings of the deployed relay that no option on the command line takes back: its public address, and where it logs. */
const NOT_HERE = /^(external-ip=.*|syslog|no-stdout-log)$/gm;
/** What coturn only says, and goes on, about a setting that it doesn't know or can't use. */
const COMPLAINT = /^.*(Bad configuration|Unknown argument|Unknown boolean|CONFIG ERROR|ERROR: ).*$/gm;

/** Starts coturn on a port of 127.0.0.1. `settings` make the product use it. */
export async function startRelay(port) {
  const folder = mkdtempSync(join(tmpdir(), "tallyroom-relay-"));
  const config = join(folder, "turnserver.conf");
  writeFileSync(config, readFileSync(DEPLOYED, "utf8").replace(NOT_HERE, ""));
  const options = [
    "-c", config, "--no-tls", "--no-dtls", "--allow-loopback-peers", "--allowed-peer-ip=127.0.0.0-127.255.255.255",
    "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", `--listening-port=${port}`,
    "--min-port=42000", "--max-port=42199", `--static-auth-secret=${SECRET}`,
    "--log-file=stdout", `--pidfile=${join(folder, "pid")}`, `--userdb=${join(folder, "db")}`,
  ];
  const child = spawn("turnserver", options, { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (log += text));
  const exited = new Promise((done) => child.once("exit", done));
  const stop = async () => {
    child.kill("SIGTERM");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await listens(child, () => log);
    const complaints = log.match(COMPLAINT) ?? [];
    if (complaints.length > 0) throw new Error(`coturn complains of its settings:\n${complaints.join("\n")}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    settings: { TALLYROOM__TURN__URLS: `turn:127.0.0.1:${port}?transport=udp`, TALLYROOM__TURN__SECRET: SECRET },
    /** What the relay says to a credential that ends at that moment: 200, or the error's number. */
    tryCredential(endsAt) {
      const user = `${Math.floor(endsAt / 1_000)}:test`;
      return allocate(port, user, createHmac("sha1", SECRET).update(user).digest("base64"));
    },
    stop,
  };
}

/** Waits until coturn says that it has opened its ports. */
async function listens(child, log) {
  for (const deadline = Date.now() + 20_000; !/Total General servers/.test(log()); await pause(50)) {
    if (child.exitCode !== null) throw new Error(`coturn ended: ${log()}`);
    if (Date.now() > deadline) throw new Error(`coturn doesn't get ready: ${log()}`);
  }
}
