/**
 * Being in the call: joins when the call wants people in it and the socket is up, joins again by itself after anything
 * was lost, and steps back when the person has joined from somewhere else.
 */
import { Emitter } from "./emitter";
import type { CallRequest, Joined, Replies } from "./protocol";
import { RequestError, type Socket } from "./socket";

export type LinkState = "out" | "joining" | "in" | "replaced";

interface Events {
  joined: Joined;
  state: LinkState;
  /** The server won't have us: the call must have moved on. */
  refused: RequestError;
}

const JOIN_TIMEOUT_MS = 15_000;
const FIRST_DELAY_MS = 400;
const LONGEST_DELAY_MS = 4_000;
/** A join that lasted this long was a good one: the next may follow at once. */
const STABLE_MS = 10_000;
/** Codes that asking again won't change. */
const FINAL = new Set(["not_in_call", "not_found", "call_over", "wrong_phase", "conflict", "forbidden", "not_admitted"]);

export class Link extends Emitter<Events> {
  #state: LinkState = "out";
  #wanted = false;
  #epoch = -1;
  #failures = 0;
  #timer = 0;
  #joinedAt = Infinity;
  /** Each attempt has its number: the outcome of one that was overtaken is ignored. */
  #attempt = 0;

  constructor(
    readonly socket: Socket,
    private readonly call: string,
  ) {
    super();
    socket.on("state", (state) => (state === "open" ? this.#join() : this.#drop()));
    socket.on("media_reset", () => this.rejoin());
    // While a join of our own is under way, "replaced" speaks of an older one.
    socket.on("replaced", () => this.#state === "in" && this.#replaced());
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Wants to be in the call; does nothing if that is known. */
  enter(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#join();
  }

  /** Doesn't want to be in any more. */
  leave(): void {
    this.#wanted = false;
    this.#stop("out");
  }

  /** Takes the call back from the other tab or device. */
  takeOver(): void {
    if (this.#state !== "replaced") return;
    this.#state = "out";
    this.#join();
  }

  /** Throws this join away and makes another. */
  rejoin(): void {
    if (!this.#wanted || this.#state === "replaced") return;
    this.#drop();
    this.#retry();
  }

  /** Asks something in this join. */
  async ask<R extends CallRequest>(request: R): Promise<Replies[R["type"]]> {
    if (this.#state !== "in") throw new RequestError("offline");
    const epoch = this.#epoch;
    try {
      return (await this.socket.request({ ...request, epoch })) as Replies[R["type"]];
    } catch (problem) {
      // Somebody newer has joined for this person. Joining back at once would make two tabs fight.
      const stale = problem instanceof RequestError && problem.code === "stale_epoch";
      if (stale && this.#state === "in" && epoch === this.#epoch) this.#replaced();
      throw problem;
    }
  }

  #join(): void {
    if (!this.#wanted || this.#state !== "out" || this.socket.state !== "open") return;
    clearTimeout(this.#timer);
    const attempt = ++this.#attempt;
    this.#become("joining");
    this.socket.request({ type: "join", call: this.call }, JOIN_TIMEOUT_MS).then(
      (joined) => {
        if (attempt !== this.#attempt) return;
        this.#joinedAt = performance.now();
        this.#epoch = joined.epoch;
        this.#become("in");
        this.emit("joined", joined);
      },
      (problem: RequestError) => attempt === this.#attempt && this.#failed(problem),
    );
  }

  #failed(problem: RequestError): void {
    this.#drop();
    if (FINAL.has(problem.code)) this.emit("refused", problem);
    this.#retry();
  }

  #retry(): void {
    clearTimeout(this.#timer);
    if (performance.now() - this.#joinedAt > STABLE_MS) this.#failures = 0;
    this.#joinedAt = Infinity;
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.#join(), delay * (0.5 + Math.random() / 2));
  }

  #drop(): void {
    if (this.#state !== "replaced") this.#stop("out");
  }

  #replaced(): void {
    this.#stop("replaced");
  }

  #stop(state: LinkState): void {
    clearTimeout(this.#timer);
    this.#attempt++;
    this.#become(state);
  }

  #become(state: LinkState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.emit("state", state);
  }
}
