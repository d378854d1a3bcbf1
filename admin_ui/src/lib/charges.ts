/** Fee, tax and share as people type them, and back. */
import { t } from "../words";
import { Problem } from "./api";
import { decimal, decimals, minorUnits } from "./format";
import type { ServiceFee, TaxRate } from "./types";

/** A percentage of basis points, with no more decimals than it takes. */
export function percent(bp: number): string {
  return decimal(bp, 2).replace(/\.?0+$/, "") || "0";
}

/** Basis points of what was typed into `field`. */
export function points(typed: string, field: string): number {
  const bp = minorUnits(typed, 2);
  if (bp === null || bp > 10_000) throw new Problem(422, "invalid", t("settings.bad_percent"), field);
  return bp;
}

export interface TypedFee {
  share: string;
  fixed: string;
}

export function typedFee(fee: ServiceFee | null, currency: string): TypedFee {
  return { share: fee ? percent(fee.bp) : "", fixed: fee ? decimal(fee.fixed_minor, decimals(currency)) : "" };
}

export function feeOf(typed: TypedFee, currency: string): ServiceFee {
  const fixed_minor = minorUnits(typed.fixed || "0", decimals(currency));
  if (fixed_minor === null) throw new Problem(422, "invalid", t("settings.bad_amount"), "fixed");
  return { bp: points(typed.share || "0", "share"), fixed_minor };
}

export function taxOf(rate: string, included: boolean): TaxRate {
  return { bp: points(rate || "0", "tax"), included };
}
