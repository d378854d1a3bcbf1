import assert from "node:assert/strict";
import { test } from "node:test";
import { city, decimal, decimals, duration, minorUnits, money, plain, said } from "../src/lib/format";

test("money is exact, whatever the currency's decimals", () => {
  assert.equal(decimal(5, 2), "0.05");
  assert.equal(decimal(-123456, 2), "-1234.56");
  assert.equal(decimal(700, 0), "700");
  assert.equal(decimals("JPY"), 0);
  assert.equal(decimals("KWD"), 3);
  assert.equal(money(9007199254740991, "EUR"), "€90,071,992,547,409.91");
  assert.equal(money(60000, "EUR", true), "€600");
});

test("what people type as an amount is read exactly, or not at all", () => {
  assert.equal(minorUnits("12,5", 2), 1250);
  assert.equal(minorUnits(" 0.07 ", 2), 7);
  assert.equal(minorUnits("15", 0), 15);
  for (const bad of ["", "1.234", "1,234.00", "-3", "12 €", "1e3", "0x10"]) assert.equal(minorUnits(bad, 2), null, bad);
});

test("a name stands in the reader's language, else in any", () => {
  assert.equal(said({ de: "Recht", en: "Law" }), "Law");
  assert.equal(said({ de: "Recht" }), "Recht");
  assert.equal(said({}), "");
});

test("lengths of time read like a clock", () => {
  assert.equal(duration(0), "0:00");
  assert.equal(duration(65_999), "1:05");
  assert.equal(duration(3_729_000), "1:02:09");
});

test("codes and zones as people say them", () => {
  assert.equal(plain("settings.page_title"), "Settings page title");
  assert.equal(city("America/New_York"), "New York");
});
