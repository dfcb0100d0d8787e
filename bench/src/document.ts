/** Puts a run's report into the page that shows the last one, between its markers. */
import { readFile, writeFile } from "node:fs/promises";

const begin = "<!-- bench:runtime begins: written by `pnpm bench:runtime --write` -->";
const end = "<!-- bench:runtime ends -->";

/** `page` with `report` in place of what was between the markers. @throws Error when they are not there */
export function replaceReport(page: string, report: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The page needs the lines "${begin}" and "${end}".`);
  return `${page.slice(0, from + begin.length)}\n\n${report}\n\n${page.slice(to)}`;
}

export async function writeReport(path: string, report: string): Promise<void> {
  await writeFile(path, replaceReport(await readFile(path, "utf8"), report));
}
