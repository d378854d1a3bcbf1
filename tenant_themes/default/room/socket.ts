/** The page's one socket: numbered requests, and a reconnect that is quick for one and gentle for thousands. */
import { refreshSession } from "./api";
import { ServerClock } from "./clock";
import { Emitter } from "./emitter";
import type { ClientRequest, Problem, Replies, ServerMessage } from "./protocol";

export type SocketState = "connecting" | "open" | "down" | "signed_out";

/** A request that wasn't answered with `ok`: the server's code, or `offline`, `timeout`. */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    message = code,
  ) {
    super(message);
  }
}

type Events = { [M in ServerMessage as M["type"]]: M } & { state: SocketState };
interface Pending {
  resolve: (value: unknown) => void;
  reject: (problem: RequestError) => void;
  timer: number;
}

const REQUEST_TIMEOUT_MS = 10_000;
const PING_MS = 15_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
const LONGEST_DELAY_IN_CALL_MS = 3_000;
const MAX_PENDING = 64;

export class Socket extends Emitter<Events> {
  readonly clock = new ServerClock();
  /** In a call every second out of it counts: retry faster. */
  inCall = false;
  #state: SocketState = "connecting";
  #ws: WebSocket | null = null;
  #nextId = 1;
  #pending = new Map<number, Pending>();
  #failures = 0;
  #retryTimer = 0;
  #pingTimer = 0;

  constructor(private readonly path = "/ws") {
    super();
    addEventListener("online", () => this.#retryNow());
    document.addEventListener("visibilitychange", () => document.hidden || this.#retryNow());
    addEventListener("pagehide", () => this.#ws?.close());
    addEventListener("pageshow", (event) => event.persisted && this.#retryNow());
  }

  get state(): SocketState {
    return this.#state;
  }

  open(): void {
    clearTimeout(this.#retryTimer);
    const ws = new WebSocket(this.path);
    this.#ws = ws;
    // A socket that has been given up may still deliver: only the current one is heard.
    ws.onmessage = (event) => this.#ws === ws && this.#receive(String(event.data));
    ws.onclose = () => this.#ws === ws && void this.#lost();
  }

  /** Asks; rejects with [`RequestError`] when refused, unanswered in time, or cut off. */
  request<R extends ClientRequest>(body: R, timeoutMs = REQUEST_TIMEOUT_MS): Promise<Replies[R["type"]]> {
    const ws = this.#ws;
    if (!ws || this.#state !== "open") return Promise.reject(new RequestError("offline"));
    if (this.#pending.size >= MAX_PENDING) return Promise.reject(new RequestError("busy"));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new RequestError("timeout"));
      }, timeoutMs);
      this.#pending.set(id, { resolve: resolve as Pending["resolve"], reject, timer });
      ws.send(JSON.stringify({ id, ...body }));
    });
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as ServerMessage;
    if (message.type === "reply") return this.#settle(message);
    if (message.type === "hello") this.#opened(message.server_now_ms);
    if (message.type === "ring") this.clock.sync(message.server_now_ms);
    if (message.type === "call") this.clock.sync(message.call.server_now_ms);
    this.emit(message.type, message as never);
  }

  #opened(serverNowMs: number): void {
    this.clock.reset();
    this.clock.sync(serverNowMs);
    this.#failures = 0;
    this.#pingTimer = setInterval(() => void this.#ping(), PING_MS);
    this.#become("open");
  }

  /** A socket can be dead without anybody having said so (lid closed, other network). */
  async #ping(): Promise<void> {
    const ws = this.#ws;
    try {
      await this.request({ type: "ping" });
    } catch (problem) {
      if (problem instanceof RequestError && problem.code === "timeout" && this.#ws === ws) {
        ws?.close();
        void this.#lost();
      }
    }
  }

  #settle(reply: { id: number; ok?: unknown; error?: Problem }): void {
    const pending = this.#pending.get(reply.id);
    if (!pending) return;
    this.#pending.delete(reply.id);
    clearTimeout(pending.timer);
    if (reply.error) pending.reject(new RequestError(reply.error.code, reply.error.message));
    else pending.resolve(reply.ok ?? null);
  }

  async #lost(): Promise<void> {
    this.#ws = null;
    clearInterval(this.#pingTimer);
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(new RequestError("offline"));
    }
    this.#pending.clear();
    this.#become("down");
    // A browser doesn't say why an upgrade was refused; the second time it may well be the session that ran out.
    if (++this.#failures % 3 === 2 && !(await stillSignedIn())) return this.#become("signed_out");
    if (this.#ws) return;
    const longest = this.inCall ? LONGEST_DELAY_IN_CALL_MS : LONGEST_DELAY_MS;
    const delay = Math.min(longest, FIRST_DELAY_MS * 2 ** (this.#failures - 1));
    this.#retryTimer = setTimeout(() => this.open(), delay * (0.5 + Math.random() / 2));
  }

  #retryNow(): void {
    if (this.#state === "down" && !this.#ws) this.open();
    else if (this.#state === "open") void this.#ping();
  }

  #become(state: SocketState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.emit("state", state);
  }
}

async function stillSignedIn(): Promise<boolean> {
  try {
    return await refreshSession();
  } catch {
    // Nobody answered: that says nothing about the session.
    return true;
  }
}

let shared: Socket | undefined;

/** The page's socket, opened by the first who asks. */
export function pageSocket(): Socket {
  if (!shared) {
    shared = new Socket();
    shared.open();
  }
  return shared;
}
