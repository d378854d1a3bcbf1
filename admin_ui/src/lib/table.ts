/** What a list page says of its table, and how the address turns into the question to the server. */
import type { Snippet } from "svelte";
import { t } from "../words";
import type { Params } from "./api";

export interface Column<T> {
  /** Also what the server sorts by, when `sort` is set. */
  key: string;
  title: string;
  sort?: boolean;
  /** Figures stand at the right. */
  numeric?: boolean;
  /** What a cell holds: text, or markup. */
  text?: (row: T) => string;
  cell?: Snippet<[T]>;
  /** Long texts, which may take several lines. */
  wraps?: boolean;
  /** Left out of the cards that phones show. */
  wide?: boolean;
}

export interface Choice {
  value: string;
  label: string;
}

export interface Filter {
  name: string;
  label: string;
  /** The first one is what holds when the address says nothing. */
  options: Choice[];
  /** Shown as tabs above the table. */
  tabs?: boolean;
}

/** What the address may say of a table. */
export interface TableState {
  q: string;
  sort: string;
  page: number;
  filters: Record<string, string>;
}

export function tableState(query: URLSearchParams, filters: Filter[], sort: string): TableState {
  const page = Number(query.get("page") ?? 1);
  return {
    q: query.get("q") ?? "",
    sort: query.get("sort") ?? sort,
    page: Number.isInteger(page) && page > 0 ? page : 1,
    filters: Object.fromEntries(filters.map(({ name, options }) => [name, query.get(name) ?? options[0]?.value ?? ""])),
  };
}

export function tableParams({ q, sort, page, filters }: TableState): Params {
  return { ...filters, q, sort, page: page > 1 ? page : null };
}

/** What a press on a column's head sorts by: the column, then the other way round. */
export function nextSort(present: string, key: string): string {
  return present === key ? `-${key}` : key;
}

/** Both ways of every column that can be sorted by. */
export function sortChoices<T>(columns: Column<T>[]): Choice[] {
  return columns.filter(({ sort }) => sort).flatMap(({ key, title }) => [
    { value: key, label: t("table.sort_up", { column: title }) },
    { value: `-${key}`, label: t("table.sort_down", { column: title }) },
  ]);
}

export function sortOf(present: string, key: string): "ascending" | "descending" | "none" {
  if (present === key) return "ascending";
  return present === `-${key}` ? "descending" : "none";
}
