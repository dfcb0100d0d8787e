/** A run as a Markdown table, which reads well in a terminal too. Pure. */
import { bestPeer, figureOf, judge, type Aim, type Field, type Row, type Unit } from "./aims.ts";

const names = { mabeam: "MABEAM", floor: "floor", xstate: "XState", nact: "nact", otp: "OTP" };
const anchors = { floor: "floor", otp: "OTP", peer: "best peer" };
const head = ["", "MABEAM", "floor", "÷ floor", "OTP", "÷ OTP", "best JS peer", "aim", "met"];

/** @param fields figures by the name of the case; rows of a case that is not there are left out */
export function renderTable(rows: readonly Row[], fields: ReadonlyMap<string, Field>): string {
  const body = rows
    .filter(({ caseName }) => fields.has(caseName))
    .map((row) => {
      const field = fields.get(row.caseName);
      const ours = figureOf(row, field, "mabeam");
      const [floor, otp] = [figureOf(row, field, "floor"), figureOf(row, field, "otp")];
      const peer = bestPeer(row, field);
      return [
        row.title,
        ours === undefined ? "not available" : quantity(ours, row.unit),
        quantity(floor, row.unit),
        ratio(ours, floor),
        quantity(otp, row.unit),
        ratio(ours, otp),
        peer === undefined ? "–" : `${names[peer.name]} ${quantity(peer.figure, row.unit)}`,
        row.aims.map((aim) => describeAim(aim, row.unit)).join(", "),
        judge(row, field),
      ];
    });
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...body.map((line) => line[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(line)].join("\n");
}

/** "1.23 M/s", "0.45 µs": two or three digits that matter. */
export function quantity(value: number | undefined, unit: Unit): string {
  if (value === undefined) return "–";
  switch (unit) {
    case "perSecond":
      if (value >= 1e6) return `${digits(value / 1e6)} M/s`;
      return value >= 1e3 ? `${digits(value / 1e3)} k/s` : `${digits(value)} /s`;
    case "bytes":
      return `${Math.round(value)} B`;
    case "us":
      return `${digits(value)} µs`;
    case "ms":
      return `${digits(value)} ms`;
    case "percent":
      return `${value.toFixed(1)} %`;
    case "times":
      return `${digits(value)} ×`;
  }
}

function ratio(ours: number | undefined, theirs: number | undefined): string {
  return ours === undefined || theirs === undefined ? "–" : digits(ours / theirs);
}

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value >= 0.1 ? value.toFixed(2) : String(Number(value.toPrecision(2)));
}

function describeAim({ relation, bound, of }: Aim, unit: Unit): string {
  const sign = relation === "atLeast" ? "≥" : "≤";
  if (of === undefined) return `${sign} ${plain(bound)}${unit === "times" ? " ×" : ` ${unitWord[unit]}`}`;
  // A share below one reads better as a fraction.
  const factor = relation === "atMost" && bound < 1 ? `1/${plain(1 / bound)}` : plain(bound);
  return `${sign} ${factor} ${anchors[of]}`;
}

const unitWord: Record<Unit, string> = { perSecond: "/s", bytes: "B", us: "µs", ms: "ms", percent: "%", times: "×" };

function plain(value: number): string {
  return String(Number(value.toPrecision(3)));
}
