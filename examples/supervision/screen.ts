/** What the example prints: plain text, with colours only on a terminal. */
import type { Report } from "./story.ts";

const colour = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
const styled =
  (code: number) =>
  (text: string): string =>
    colour ? `\u001B[${code}m${text}\u001B[0m` : text;

export const bold = styled(1);
const dim = styled(2);
const red = styled(31);
const green = styled(32);

/** A scene that was played: the fault, and below it what became of it. */
export function sceneLines(fault: string, result: { readonly made: string } | { readonly error: unknown }): string {
  if ("made" in result) return `${green("✓")} ${bold(fault)}\n  ${dim(result.made)}`;
  const { error } = result;
  return `${red("✗")} ${bold(fault)}\n  ${red(error instanceof Error ? `${error.name}: ${error.message}` : String(error))}`;
}

/** The closing table. */
export function closingTable({ tally, faults, survived, restarts, unhandled, healthy, survives }: Report): string {
  const refusals = [...tally.refused].toSorted(([, a], [, b]) => b - a);
  const refused = refusals.reduce((sum, [, count]) => sum + count, 0);
  const rows: [string, number | string, string][] = [
    ["faults", faults, `${survived} survived`],
    ["restarts", restarts, "by supervisors, none of the process"],
    ["requests", tally.asked, "of one client, meanwhile, to every desk"],
    ["  answered", tally.answered, ""],
    ["  refused", refused, refusals.map(([code, count]) => `${code} ${number(count)}`).join(", ")],
    ["  lost", tally.lost, ""],
    ["unhandled", unhandled, "rejections"],
    ["status", healthy ? "healthy" : "not healthy", ""],
  ];
  const lines = rows.map(([name, value, remark]) =>
    `  ${name.padEnd(10)} ${number(value).padStart(11)}   ${dim(remark)}`.trimEnd(),
  );
  return [...lines, "", survives ? green("Everything survived.") : red("Something did not survive.")].join("\n");
}

const number = (value: number | string): string => (typeof value === "number" ? value.toLocaleString("en") : value);
