/** Domains of a tenant's own. */
export interface Addresses {
  /** The host that it has from the platform. */
  subdomain: string;
  /** The host that links name. */
  address: string;
  items: OwnDomain[];
}

export interface OwnDomain {
  domain: string;
  /** As people read it. */
  shown: string;
  state: "waiting" | "proven" | "lost";
  since: number;
  canonical: boolean;
  /** The TXT record that proves it. */
  record: { name: string; value: string };
  failing_since: number | null;
  checked_at: number | null;
  found: "record" | "other" | "nothing" | "no_answer" | "taken" | null;
  next_check_at: number | null;
}
