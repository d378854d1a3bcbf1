/** The JSON API with the page's own cookies. */
import { keep, recall } from "./storage";

const TIMEOUT_MS = 15_000;
/** Where the tabs of this browser note when one of them renewed the session. */
const RENEWED = "session.renewed";
const RENEWED_LATELY_MS = 10_000;

/** An answer that isn't good, in the server's words, or `offline` when there was none. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly reference = "",
  ) {
    super(message);
  }
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Sends a request; renews the session once if it has run out meanwhile. */
export async function api<T>(method: Method, path: string, body?: unknown): Promise<T> {
  let response = await send(method, path, body);
  if (response.status === 401 && (await refreshSession())) response = await send(method, path, body);
  const text = await response.text();
  const data: unknown = text === "" ? null : parse(text);
  if (response.ok) return data as T;
  const problem = (data as { error?: { code?: string; message?: string; reference?: string } } | null)?.error;
  throw new ApiError(response.status, problem?.code ?? "failed", problem?.message ?? "", problem?.reference);
}

/**
 * Whether there is a valid session again. A refresh token is good for one use, so tabs take turns, and one that finds
 * another has just done it relies on that.
 */
export async function refreshSession(): Promise<boolean> {
  if (!navigator.locks) return renew();
  return navigator.locks.request("session", renew);
}

async function renew(): Promise<boolean> {
  if (Date.now() - Number(recall(RENEWED)) < RENEWED_LATELY_MS) return true;
  const { ok } = await send("POST", "/api/v1/session/refresh");
  if (ok) keep(RENEWED, String(Date.now()));
  return ok;
}

async function send(method: Method, path: string, body?: unknown): Promise<Response> {
  const init: RequestInit = { method, credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT_MS) };
  init.headers = { accept: "application/json" };
  if (body instanceof Blob) init.body = body;
  else if (body !== undefined) {
    init.headers = { ...init.headers, "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  try {
    return await fetch(path, init);
  } catch {
    throw new ApiError(0, "offline", "");
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
