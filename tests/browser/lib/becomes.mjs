// Waiting for what an act leads to.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits until what `look` gives is `expected`, and says what it was if that doesn't come. For whatever may follow an act
 * a moment later than the thing that was waited for: an address, the focus, a count, a message.
 */
export async function becomes(look, expected, patience = 8_000) {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await pause(50)) {
    const seen = await look();
    try {
      return assert.deepEqual(seen, expected);
    } catch {
      // Not yet.
    }
  }
  assert.deepEqual(await look(), expected);
}
