/** What differs between two states of a thing. */

export interface Change {
  /** Empty when the states aren't objects. */
  field: string;
  was: string | null;
  is: string | null;
}

type Fields = Record<string, unknown>;

function fields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function differences(before: unknown, after: unknown): Change[] {
  const both = [before, after].filter((side) => side !== null && side !== undefined);
  if (!both.every(fields)) {
    return both.length ? [{ field: "", was: shown(before), is: shown(after) }] : [];
  }
  const names = new Set(both.flatMap((side) => Object.keys(side)));
  const [was, is] = [before ?? {}, after ?? {}] as [Fields, Fields];
  return [...names]
    .map((field) => ({ field, was: shown(was[field]), is: shown(is[field]) }))
    .filter((change) => change.was !== change.is);
}
