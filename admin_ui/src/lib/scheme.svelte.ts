/** Light, dark or as the system: the same cookie as on the tenant's other pages. */

export type Scheme = "system" | "light" | "dark";

class Chosen {
  scheme = $state<Scheme>((document.documentElement.dataset["theme"] as Scheme | undefined) ?? "system");
  /** Turns whenever the colours on screen do. */
  turns = $state(0);
}

export const chosen = new Chosen();

export function choose(scheme: Scheme): void {
  document.cookie = `scheme=${scheme}; path=/; max-age=31536000; samesite=lax`;
  if (scheme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = scheme;
  chosen.scheme = scheme;
  chosen.turns++;
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chosen.turns++);
