/** Keeping what the server answers as a file. */
import { get } from "./api";

/** Fetches a table, and has the browser keep it under that name. */
export async function saveTable(path: string, name: string): Promise<void> {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await get<Blob>(path));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
