/** Asking for a code of the second factor before something that moves money. One dialog serves all requests. */
import { whenCodeNeeded } from "./api";

class Stepping {
  /** Told how it ended; the dialog is open while somebody waits. */
  waiting = $state.raw<((done: boolean) => void) | null>(null);
}

export const stepping = new Stepping();

/** A code was good, or nobody wants to show one. */
export function answer(shown: boolean): void {
  stepping.waiting?.(shown);
}

let asked: Promise<boolean> | null = null;

/** Requests that need a code at the same time wait for the same one. */
whenCodeNeeded(() => {
  asked ??= new Promise<boolean>((done) => {
    stepping.waiting = done;
  }).finally(() => {
    asked = null;
    stepping.waiting = null;
  });
  return asked;
});
