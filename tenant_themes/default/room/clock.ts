/**
 * The server's clock as this page knows it.
 *
 * A message's stamp is late by its way here, so the largest difference of the last few is the best guess. Local time is
 * `performance.now()`: it doesn't jump when somebody sets the computer's clock.
 */
const KEPT = 8;

export class ServerClock {
  #differences: number[] = [];

  /** Takes a stamp that has just arrived. */
  sync(serverNowMs: number): void {
    this.#differences.push(serverNowMs - performance.now());
    if (this.#differences.length > KEPT) this.#differences.shift();
  }

  /** Forgets old stamps: a computer that slept may have stopped counting. */
  reset(): void {
    this.#differences = [];
  }

  now(): number {
    if (this.#differences.length === 0) return Date.now();
    return performance.now() + Math.max(...this.#differences);
  }
}
