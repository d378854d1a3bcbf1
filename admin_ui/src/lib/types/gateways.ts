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
