/** Ways to pay: accounts at payment providers. */
export const MODES = ["test", "live"] as const;
export type Mode = (typeof MODES)[number];

export interface WaysToPay {
  /** Whether the marketplace takes real money. */
  money: Mode;
  currency: string;
  items: GatewayAccount[];
  providers: { provider: string; keys: KeyField[] }[];
}

export interface KeyField {
  name: string;
  /** Never shown again. */
  secret: boolean;
}

export interface GatewayAccount {
  id: string;
  provider: string;
  mode: Mode;
  /** What may be shown of each key: all of an open one, the end of a secret one, or nothing of it. */
  keys: Record<string, string>;
  /** All that it can take, if empty. */
  currencies: string[];
  enabled: boolean;
  checked_at: number | null;
  trouble: string | null;
  webhook_url: string;
  created_at: number;
}

/** A message that a provider sent, or that claims to come from one. */
export interface GatewayMessage {
  id: string;
  provider: string;
  state: "received" | "done" | "refused";
  /** What it is about, or why it was refused. */
  told: string;
  /** How often it came again. */
  repeats: number;
  received_at: number;
}

export interface RawMessage {
  headers: Record<string, string>;
  body: string;
}

/** A payment of which a provider says something else than the books. */
export interface GatewayDifference {
  id: string;
  provider: string;
  person: string;
  amount_minor: number;
  currency: string;
  /** A state; of what is settled or held with how much it is. */
  ours: string;
  theirs: string;
  found_at: number;
  /** Null while it is open. */
  note: string | null;
}
