/** What the server had to say about the last step, as a toast; without scripts it stands at the top of the page. */
import { toast, type Tone } from "../room/toast";

export function showFlash(): void {
  const flash = document.getElementById("flash");
  if (!flash) return;
  const tone = (flash.dataset["tone"] ?? "info") as Tone;
  toast({ text: flash.textContent?.trim() ?? "", tone, stays: tone === "error", close: flash.dataset["close"] ?? "" });
  flash.remove();
}
