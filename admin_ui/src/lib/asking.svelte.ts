/** Asking before something is done that can't be taken back. One dialog serves all pages. */

export interface Question {
  title: string;
  text: string;
  /** The button's verb. */
  action: string;
  danger?: boolean;
  /** A reason that is stored and shown; asked for when given. */
  reason?: { label: string; hint?: string };
  /** What has to be typed to show that one means it. */
  type?: string;
  /** Does it. What it throws is shown in the dialog, which then stays. */
  run: (reason: string) => Promise<unknown>;
}

class Asking {
  question = $state.raw<Question | null>(null);
}

export const asking = new Asking();

export function confirm(question: Question): void {
  asking.question = question;
}
