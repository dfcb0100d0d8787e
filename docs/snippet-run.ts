/** What a program from a page finds around it when it runs: a console that remembers, and the assertions. */
import { format } from "node:util";
import { expect } from "vitest";

/** The surroundings of one run. */
export interface SnippetRun {
  readonly console: { log(...values: unknown[]): void };
  /** @param line of the page, for the message */
  check(actual: unknown, expected: unknown, line: number): void;
  /** The last text that was printed. */
  checkPrinted(expected: string, line: number): void;
  /** All that was printed, by line. */
  readonly printed: readonly string[];
}

export function snippetRun(page: string): SnippetRun {
  const printed: string[] = [];
  return {
    printed,
    console: { log: (...values) => void printed.push(format(...values)) },
    check: (actual, expected, line) => expect(actual, `${page}:${line}`).toEqual(expected),
    checkPrinted: (expected, line) => expect(printed.at(-1), `${page}:${line}`).toBe(expected),
  };
}
