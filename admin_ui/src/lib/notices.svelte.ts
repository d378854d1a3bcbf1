/** What is said to the person beside the page: toasts, and sentences for screen readers only. */

export type Tone = "info" | "good" | "bad";
export interface Toast {
  id: number;
  text: string;
  tone: Tone;
}

const SHOWN_MS = 6_000;
const AT_MOST = 4;

class Notices {
  toasts = $state<Toast[]>([]);
  spoken = $state("");
}

export const notices = new Notices();
let last = 0;

/** Shows a toast; bad news stays until it is closed. */
export function toast(text: string, tone: Tone = "good"): void {
  const id = ++last;
  notices.toasts = [...notices.toasts.slice(1 - AT_MOST), { id, text, tone }];
  if (tone !== "bad") setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  notices.toasts = notices.toasts.filter((toast) => toast.id !== id);
}

/** Says a sentence to screen readers. */
export function announce(text: string): void {
  notices.spoken = text;
}
