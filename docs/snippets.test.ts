/** Every program in the documents compiles, runs, and gives what the page says. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { snippetsOf, withAssertions, type Snippet } from "./doctest.ts";
import { snippetRun, type SnippetRun } from "./snippet-run.ts";
import { problemsOf } from "./type-check.ts";

const root = resolve(import.meta.dirname, "..");
const pages = [
  ...[
    "README.md",
    "CONTRIBUTING.md",
    "packages/foundation/README.md",
    "packages/dspex/README.md",
    "examples/README.md",
  ],
  ...(await readdir(import.meta.dirname)).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
];
const snippets = (
  await Promise.all(pages.map(async (page) => snippetsOf(page, await readFile(join(root, page), "utf8"))))
).flat();
const placed = new Map(
  snippets.map((snippet, index): [Snippet, string] => [
    snippet,
    snippet.file === undefined ? join(import.meta.dirname, `.snippet-${index}.ts`) : join(root, snippet.file),
  ]),
);
const titled = (some: readonly Snippet[]): [string, Snippet][] =>
  some.map((snippet) => [`${snippet.page}:${snippet.line}`, snippet]);

describe("every program compiles", () => {
  const problems = problemsOf(new Map([...placed].map(([snippet, path]) => [path, snippet.code])));
  test.each(titled(snippets))("%s", (_, snippet) => {
    expect(problems.get(placed.get(snippet) as string)).toEqual([]);
  });
});

describe("every program does what the page says", () => {
  let folder = "";
  const before = process.cwd();
  beforeAll(async () => {
    // Within this package, so that imports resolve; what programs write goes elsewhere.
    folder = await mkdtemp(join(import.meta.dirname, ".snippets-"));
    const elsewhere = await mkdtemp(join(tmpdir(), "mabeam-docs-"));
    process.chdir(elsewhere);
  });
  afterAll(async () => {
    const elsewhere = process.cwd();
    process.chdir(before);
    await rm(elsewhere, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  });

  test.each(titled(snippets.filter(({ runs }) => runs)))("%s", async (title, snippet) => {
    const run = snippetRun(snippet.page);
    const name = title.replaceAll(/[^\w]+/g, "-");
    await mkdir(name);
    const elsewhere = process.cwd();
    process.chdir(name);
    try {
      await imported(join(folder, `${name}.ts`), withAssertions(snippet.code), run);
    } finally {
      process.chdir(elsewhere);
    }
    if (snippet.output !== undefined) await expectOutput(snippet, run.printed.join("\n"));
  });
});

/** Runs are handed over by a global, since a module takes no arguments. */
async function imported(path: string, code: string, run: SnippetRun): Promise<void> {
  const surroundings = "const { console, check, checkPrinted } = globalThis.snippetRun; ";
  await writeFile(path, surroundings + code);
  Object.assign(globalThis, { snippetRun: run });
  await import(/* @vite-ignore */ path);
}

/** With UPDATE_OUTPUT=1 the page is corrected instead: look at what changed before you commit it. */
async function expectOutput({ page, output = "" }: Snippet, printed: string): Promise<void> {
  if (timeless(printed) !== timeless(output) && process.env["UPDATE_OUTPUT"] === "1") {
    const path = join(root, page);
    const fenced = (text: string): string => `\`\`\`text output\n${text}\n\`\`\``;
    const markdown = await readFile(path, "utf8");
    await writeFile(
      path,
      markdown.replace(fenced(output), () => fenced(printed)),
    );
  } else expect(timeless(printed)).toBe(timeless(output));
}

const timeless = (text: string): string => text.replaceAll(/\b\d+(\.\d+)? (s|ms)\b/g, "… $2");
