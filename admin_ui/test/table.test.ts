import assert from "node:assert/strict";
import { test } from "node:test";
import { withParams } from "../src/lib/api";
import { nextSort, sortOf, tableParams, tableState, type Filter } from "../src/lib/table";

const filters: Filter[] = [{ name: "state", label: "", options: [{ value: "live", label: "" }, { value: "ended", label: "" }] }];

test("the address says what is asked for; what it doesn't say is the page's own", () => {
  const empty = tableState(new URLSearchParams(), filters, "-at");
  assert.deepEqual(empty, { q: "", sort: "-at", page: 1, filters: { state: "live" } });
  assert.equal(withParams("/x", tableParams(empty)), "/x?state=live&sort=-at");
  const full = tableState(new URLSearchParams("q=a%26b&state=ended&page=3&sort=name"), filters, "-at");
  assert.equal(withParams("/x", tableParams(full)), "/x?state=ended&q=a%26b&sort=name&page=3");
});

test("a page that is no page is the first", () => {
  for (const page of ["0", "-1", "x", "1.5"]) assert.equal(tableState(new URLSearchParams({ page }), [], "").page, 1, page);
});

test("a column's head sorts up, then down", () => {
  assert.equal(nextSort("-at", "name"), "name");
  assert.equal(nextSort("name", "name"), "-name");
  assert.equal(nextSort("-name", "name"), "name");
  assert.equal(sortOf("-name", "name"), "descending");
  assert.equal(sortOf("name", "at"), "none");
});
