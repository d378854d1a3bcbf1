/** Who is here, on which console, and what they may. */
import { get, Problem, remove, whenSignedOut } from "./api";
import type { Permission, PlatformMe, TenantMe } from "./types";

export type Presence =
  | { kind: "starting" }
  | { kind: "failed"; problem: Problem }
  | { kind: "signed_out" }
  | { kind: "no_access"; problem: Problem }
  | { kind: "platform"; me: PlatformMe }
  | { kind: "tenant"; me: TenantMe };

class Session {
  presence = $state.raw<Presence>({ kind: "starting" });

  /** The tenant's staff member here. */
  get staff(): TenantMe | null {
    return this.presence.kind === "tenant" ? this.presence.me : null;
  }

  /** Whether the platform's person here may change things; support reads, except for `also`. */
  owns(also: "jobs" | "view_as" | null = null): boolean {
    return this.presence.kind === "platform" && (this.presence.me.role === "owner" || also !== null);
  }

  /** Whether the tenant's person here may see what `permission` guards. */
  sees(permission: Permission): boolean {
    const me = this.staff;
    return me !== null && (me.role === "admin" || me.permissions.includes(permission));
  }

  /** Whether they may also change it; a platform person who looks on may not. */
  changes(permission: Permission): boolean {
    return this.sees(permission) && this.staff?.read_only !== true;
  }
}

export const session = new Session();

/** Finds out which console this host has and who is signed in. */
export async function start(): Promise<void> {
  session.presence = { kind: "starting" };
  whenSignedOut(() => void start());
  try {
    session.presence = await presence();
  } catch (thrown) {
    session.presence = { kind: "failed", problem: Problem.of(thrown) };
  }
}

async function presence(): Promise<Presence> {
  const told = document.querySelector<HTMLMetaElement>("meta[name=face]")?.content;
  if (told !== "tenant") {
    const answer = await orProblem(get<PlatformMe>("/api/platform/me"));
    if (!(answer instanceof Problem)) return { kind: "platform", me: answer };
    if (answer.status === 401) return { kind: "signed_out" };
    if (answer.status !== 404 || told === "platform") throw answer;
  }
  const answer = await orProblem(get<TenantMe>("/api/v1/admin/me"));
  if (!(answer instanceof Problem)) return { kind: "tenant", me: answer };
  if (answer.status === 401) {
    // People of a tenant sign in on its own page and come back.
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    return { kind: "starting" };
  }
  if (answer.status === 403) return { kind: "no_access", problem: answer };
  throw answer;
}

async function orProblem<T>(answer: Promise<T>): Promise<T | Problem> {
  try {
    return await answer;
  } catch (thrown) {
    return Problem.of(thrown);
  }
}

/** Platform's people only; a tenant's people log out on its pages. */
export async function signOut(): Promise<void> {
  await remove("/api/platform/session");
  await start();
}
