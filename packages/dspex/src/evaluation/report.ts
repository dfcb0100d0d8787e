/** Evaluations for people: CSV for spreadsheets, a table for the terminal. */
import type { Evaluation } from "./evaluation.ts";
import type { EvaluationResult } from "./metric.ts";

const text = (value: unknown): string =>
  value === undefined ? "" : typeof value === "string" ? value : (JSON.stringify(value) ?? "");

const keysOf = (records: readonly (object | undefined)[]): string[] => [
  ...new Set(records.flatMap((record) => Object.keys(record ?? {}))),
];

const fixedColumns = "index,sample,score,feedback,error,inputTokens,outputTokens,costUsd,latencyMs".split(",");

function fixedCells({ usage, error, ...result }: EvaluationResult): unknown[] {
  const { index, sample, score, feedback, costUsd, latencyMs } = result;
  return [index, sample, score, feedback, error?.message, usage.inputTokens, usage.outputTokens, costUsd, latencyMs];
}

/** One line for each result, after a line of names; RFC 4180. */
export function csvOf(results: readonly EvaluationResult[]): string {
  const inputs = keysOf(results.map(({ example }) => example));
  const outputs = keysOf(results.map(({ prediction }) => prediction));
  const head = [
    ...fixedColumns,
    ...inputs.map((name) => `example.${name}`),
    ...outputs.map((name) => `prediction.${name}`),
  ];
  const rows = results.map((result) => [
    ...fixedCells(result),
    ...inputs.map((name) => result.example[name]),
    ...outputs.map((name) => result.prediction?.[name]),
  ]);
  return [head, ...rows].map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

function csvCell(value: unknown): string {
  const cell = text(value);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

const shownRows = 10;
const shownWidth = 48;

/** The figures, and the worst results. */
export function tableOf(evaluation: Evaluation): string {
  const { mean, interval, results, spent, direction, stopped } = evaluation;
  const failed = results.filter(({ error }) => error !== undefined).length;
  const figures = [
    `mean ${figure(mean)} [${figure(interval[0])}, ${figure(interval[1])}]`,
    `${results.length} results${failed === 0 ? "" : `, ${failed} failed`}${stopped === undefined ? "" : `, stopped by ${stopped}`}`,
    `${spent.evaluations} evaluations, ${spent.inputTokens + spent.outputTokens} tokens, $${spent.costUsd.toFixed(4)}, ${(spent.timeMs / 1000).toFixed(1)} s`,
  ].join(" · ");
  const sign = direction === "maximize" ? 1 : -1;
  const worst = results.toSorted((a, b) => sign * (a.score - b.score)).slice(0, shownRows);
  const rows = worst.map(({ index, score, prediction, error, feedback }) => [
    String(index),
    figure(score),
    clipped(error === undefined ? text(prediction) : `failed: ${error.message}`),
    clipped(feedback ?? ""),
  ]);
  const head = ["example", "score", `lowest ${worst.length} of ${results.length}`, "feedback"];
  if (direction === "minimize") head[2] = `highest ${worst.length} of ${results.length}`;
  return [figures, "", ...aligned([head, ...rows])].join("\n");
}

const figure = (value: number): string => value.toFixed(3);

function clipped(value: string): string {
  const line = value.replace(/\s+/g, " ");
  return line.length <= shownWidth ? line : `${line.slice(0, shownWidth - 1)}…`;
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
