/** What differs between two texts, line by line. */

export interface LineChange {
  kind: "was" | "is" | "same";
  text: string;
}

/** Lines around a change that are kept, so that one sees where it is. */
const AROUND = 2;

export function lineChanges(before: string, after: string): LineChange[] {
  const [was, is] = [before, after].map((text) => (text === "" ? [] : text.split("\n"))) as [string[], string[]];
  let head = 0;
  while (head < was.length && head < is.length && was[head] === is[head]) head++;
  let tail = 0;
  while (tail < was.length - head && tail < is.length - head && was.at(-1 - tail) === is.at(-1 - tail)) tail++;
  const middle = common(was.slice(head, was.length - tail), is.slice(head, is.length - tail));
  const same = (text: string): LineChange => ({ kind: "same", text });
  return [...was.slice(Math.max(0, head - AROUND), head).map(same), ...middle, ...was.slice(was.length - tail).slice(0, AROUND).map(same)];
}

/** Most cells of the table that finds what is common. */
const MOST_CELLS = 4_000_000;

/** By the longest common run of lines; of texts with too many of them all is shown as changed. */
function common(was: string[], is: string[]): LineChange[] {
  if (was.length * is.length > MOST_CELLS) {
    const all = (kind: "was" | "is", lines: string[]) => lines.map((text): LineChange => ({ kind, text }));
    return [...all("was", was), ...all("is", is)];
  }
  const width = is.length + 1;
  const longest = new Uint16Array((was.length + 1) * width);
  const at = (row: number, column: number) => longest[row * width + column] ?? 0;
  for (let row = was.length - 1; row >= 0; row--) {
    for (let column = is.length - 1; column >= 0; column--) {
      longest[row * width + column] = was[row] === is[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const changes: LineChange[] = [];
  let [row, column] = [0, 0];
  while (row < was.length || column < is.length) {
    const [old, next] = [was[row], is[column]];
    if (old !== undefined && old === next) {
      changes.push({ kind: "same", text: old });
      row++;
      column++;
    } else if (old !== undefined && (next === undefined || at(row + 1, column) >= at(row, column + 1))) {
      changes.push({ kind: "was", text: old });
      row++;
    } else if (next !== undefined) {
      changes.push({ kind: "is", text: next });
      column++;
    }
  }
  return changes;
}
