// A whole product for one test file: its own database, its own ports, the built programs.
import { execFile, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join } from "node:path";

const top = join(import.meta.dirname, "..", "..", "..");

/**
 * Migrates and seeds a fresh database and serves it. `settings` are environment variables of the product
 * (`TALLYROOM__…`). Returns its tenants' addresses, and `stop()`, which ends it and drops the database.
 */
export async function startProduct(name, settings = {}) {
  const cluster = required("TALLYROOM_TEST_DATABASE_URL");
  const binary = required("TALLYROOM_BINARY");
  const database = `browser_${name}_${randomBytes(4).toString("hex")}`;
  const port = await freePort();
  const env = { ...process.env, ...environment(cluster, database, port), ...settings };

  psql(cluster, `create database ${database}`);
  execFileSync(binary, ["migrate"], { cwd: top, env, stdio: ["ignore", "inherit", "inherit"] });
  const seeded = execFileSync(binary, ["seed"], { cwd: top, env, encoding: "utf8" });
  rmSync(logFile(name), { force: true });
  let server = serve(binary, env, name);
  // A server that is killed leaves its media nodes behind.
  const nodes = new Set();
  const mediaNodes = () => {
    const running = childrenOf(server.child.pid).filter((pid) => programOf(pid) === "tallyroom-media");
    for (const pid of running) nodes.add(pid);
    return running;
  };
  const stop = async () => {
    mediaNodes();
    await server.stop();
    for (const pid of nodes) if (programOf(pid) === "tallyroom-media") process.kill(pid, "SIGTERM");
    psql(cluster, `drop database ${database} with (force)`);
  };
  try {
    await ready(port, server);
  } catch (error) {
    await stop();
    throw error;
  }
  const tenant = (host) => ({ host, port, url: `http://${host}:${port}` });
  return {
    port,
    seeded,
    platform: tenant("localhost"),
    lumen: tenant("lumen.localhost"),
    velvet: tenant("velvet.localhost"),
    sql: (query) => psql(environment(cluster, database, port).TALLYROOM__DATABASE__OWNER_URL, query),
    /** All rows of the database, as text. */
    dump: () => dump(environment(cluster, database, port).TALLYROOM__DATABASE__OWNER_URL),
    mediaNodes,
    command: (name) => run(binary, [name], env),
    log: () => readFileSync(logFile(name), "utf8"),
    /** `kill -9` of the server. */
    async kill() {
      mediaNodes();
      server.child.kill("SIGKILL");
      await server.exited;
    },
    /** Ends the server as whoever runs it does, and serves again with these settings changed. */
    async restart(changed) {
      mediaNodes();
      await server.stop();
      Object.assign(env, changed);
      await this.serveAgain();
    },
    /** Serves again, on the same address and database. */
    async serveAgain() {
      server = serve(binary, env, name);
      await ready(port, server);
    },
    stop,
  };
}

/** Runs one of the program's commands to its end. */
function run(binary, args, env) {
  return new Promise((resolve) => {
    execFile(binary, args, { cwd: top, env, encoding: "utf8" }, (failed, out, error) => {
      resolve({ code: failed ? (failed.code ?? failed.signal) : 0, out, error });
    });
  });
}

/** Any of a process's threads may be a child's parent. */
function childrenOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const lists = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8"));
  return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
}

/** The name of a running program. */
function programOf(pid) {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return undefined;
  }
}

/** What `./dev test` says by an environment variable. */
export function required(variable) {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set: run these tests with ./dev test browser`);
  return value;
}

/** Runs SQL through psql and returns its unadorned output. */
export function psql(url, sql) {
  return execFileSync("psql", [url, "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", sql], { encoding: "utf8" }).trim();
}

function dump(url) {
  const room = { encoding: "latin1", maxBuffer: 1 << 30 };
  return execFileSync("pg_dump", ["--data-only", "--no-owner", "-d", url], room);
}

function environment(cluster, database, port) {
  const url = (user, password) => {
    const address = new URL(cluster);
    address.pathname = `/${database}`;
    // The roles belong to the whole cluster: the same words as in tests/it, whoever makes them first.
    if (user) Object.assign(address, { username: user, password });
    return address.href;
  };
  return {
    TALLYROOM__DATABASE__OWNER_URL: url(),
    TALLYROOM__DATABASE__APP_URL: url("tallyroom_app", process.env.APP_PASSWORD ?? "x"),
    TALLYROOM__DATABASE__SYSTEM_URL: url("tallyroom_system", process.env.SYSTEM_PASSWORD ?? "x"),
    TALLYROOM__SECRETS__JWT: randomBytes(32).toString("hex"),
    TALLYROOM__SECRETS__MEDIA_TOKEN: randomBytes(32).toString("hex"),
    TALLYROOM__HTTP__LISTEN: `127.0.0.1:${port}`,
    TALLYROOM__HTTP__PUBLIC_URL: `http://localhost:${port}`,
    TALLYROOM__DEVELOPMENT__ENABLED: "true",
    TALLYROOM__MEDIA__NODES: "1",
  };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function logFile(name) {
  const logs = join(top, "var", "test");
  mkdirSync(logs, { recursive: true });
  return join(logs, `browser-${name}-serve.log`);
}

/** Starts `serve` with its log under var/test/; `stop()` ends it and waits. */
function serve(binary, env, name) {
  const log = createWriteStream(logFile(name), { flags: "a" });
  const child = spawn(binary, ["serve"], { cwd: top, env, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const exited = new Promise((resolve) => child.once("exit", resolve));
  return {
    child,
    exited,
    running: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      if (this.running()) child.kill("SIGTERM");
      const killer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await exited;
      clearTimeout(killer);
    },
  };
}

async function ready(port, server) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    if (!server.running()) throw new Error("the product stopped; see var/test/browser-*-serve.log");
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("the product did not get ready within a minute; see var/test/browser-*-serve.log");
}
