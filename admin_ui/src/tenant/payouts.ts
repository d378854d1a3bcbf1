/** What payouts look like. */
import type { PayoutState } from "../lib/types";

export function payoutTone(state: PayoutState): "good" | "warn" | "bad" | undefined {
  if (state === "paid") return "good";
  if (state === "failed" || state === "refused") return "bad";
  return state === "requested" ? "warn" : undefined;
}
