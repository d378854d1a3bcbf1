/** The JSON API: one way to ask, and one kind of error that keeps what the server said. */
import { t } from "../words";

/** What went wrong, in the server's words. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** The field of the request it is about. */
    readonly field: string | null = null,
    /** Quote it when asking for help. */
    readonly reference: string | null = null,
  ) {
    super(message);
    this.name = "Problem";
  }

  /** Anything that was thrown, as a problem. */
  static of(thrown: unknown): Problem {
    return thrown instanceof Problem ? thrown : new Problem(0, "internal", t("problem.ours"));
  }

  /** A newer version has been put in place of the files this page knows. */
  static stale(): Problem {
    return new Problem(0, "stale", t("problem.stale"));
  }
}

type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
export type Params = Record<string, string | number | null | undefined>;

/** Told of every 401; set once by the session. */
let onSignedOut: () => void = () => {};
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

/** Asks the person for a code of their second factor; set once by the application. True once one was good. */
let askForCode: () => Promise<boolean> = () => Promise.resolve(false);
export function whenCodeNeeded(handler: () => Promise<boolean>): void {
  askForCode = handler;
}

/** Sends a request and reads its answer. A file or a text goes as it is, everything else as JSON. */
export async function ask<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method, headers: { accept: "application/json" } };
  if (signal) init.signal = signal;
  if (body instanceof Blob) {
    init.headers = { accept: "application/json", "content-type": body.type || "application/octet-stream" };
    init.body = body;
  } else if (body !== undefined) {
    init.headers = { accept: "application/json", "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, "offline", t("problem.offline"));
  }
  if (!response.ok) {
    const problem = await problemOf(response, path);
    // What moves money wants a code of late; with one the same is asked again.
    if (problem.code === "step_up_needed" && (await askForCode())) return ask<T>(method, path, body, signal);
    throw problem;
  }
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function problemOf(response: Response, path: string): Promise<Problem> {
  const told = (await response.json().catch(() => null)) as { error?: Partial<Problem> } | null;
  const { code, message, field, reference } = told?.error ?? {};
  if (response.status === 401 && !/\/(me|session)$/.test(path)) onSignedOut();
  return new Problem(response.status, code ?? "internal", message ?? t("problem.ours"), field ?? null, reference ?? null);
}

/** An address with those parameters that have a value. */
export function withParams(path: string, params: Params): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

export const get = <T>(path: string, params: Params = {}, signal?: AbortSignal) => ask<T>("GET", withParams(path, params), undefined, signal);
export const post = <T = void>(path: string, body?: unknown) => ask<T>("POST", path, body ?? {});
export const patch = <T = void>(path: string, body: unknown) => ask<T>("PATCH", path, body);
export const put = <T = void>(path: string, body: unknown) => ask<T>("PUT", path, body);
/** Sends a text as a file. */
export const putText = <T = void>(path: string, text: string, type: string) => ask<T>("PUT", path, new Blob([text], { type }));
export const remove = <T = void>(path: string) => ask<T>("DELETE", path);
