/**
 * Reads programs out of Markdown, and makes their `// =>` comments into assertions. Pure: who runs them is
 * `snippets.test.ts`.
 *
 * What the words after the opening of a fence mean:
 * - `ts`: a program of its own, type-checked and run;
 * - `ts continued`: goes on where the program before it on the page ended;
 * - `ts no-run`: type-checked alone;
 * - `ts file=<path>`: type-checked alone, as if it were that file of the repository;
 * - `text output`: what the program before it prints, to the letter, durations aside.
 */
import ts from "typescript";

/** A program of a page. */
export interface Snippet {
  /** The page, as a path from the root of the repository. */
  readonly page: string;
  /** The line of the page on which it begins, from 1. */
  readonly line: number;
  /** Code with as many empty lines before it as the page has, so that lines of errors are lines of the page. */
  readonly code: string;
  readonly runs: boolean;
  /** Where it claims to live. */
  readonly file?: string;
  /** What it must print. */
  readonly output?: string;
}

/** All programs of a page, in order. */
export function snippetsOf(page: string, markdown: string): Snippet[] {
  const snippets: Snippet[] = [];
  for (const match of markdown.matchAll(/^```(\S+)[ \t]*(.*)\n([\s\S]*?)^```[ \t]*$/gm)) {
    const [, language, flags = "", text = ""] = match;
    const line = markdown.slice(0, match.index).split("\n").length + 1;
    const before = snippets.at(-1);
    if (language === "text" && flags === "output") {
      if (before === undefined) throw new TypeError(`${page}:${line}: an output without a program before it`);
      snippets[snippets.length - 1] = { ...before, output: text.trimEnd() };
    } else if (language === "ts" && flags === "continued") {
      if (before === undefined) throw new TypeError(`${page}:${line}: nothing to continue`);
      snippets[snippets.length - 1] = { ...before, code: padded(before.code, line) + text };
    } else if (language === "ts") {
      const file = /^file=(\S+)$/.exec(flags)?.[1];
      if (file === undefined && flags !== "" && flags !== "no-run")
        throw new TypeError(`${page}:${line}: "${flags}" means nothing after "ts"`);
      snippets.push({ page, line, code: padded("", line) + text, runs: flags === "", ...(file && { file }) });
    }
  }
  return snippets;
}

const padded = (code: string, line: number): string => code + "\n".repeat(line - code.split("\n").length);

/**
 * The program with its assertions. `expression; // => value` and `const name = …; // => value` become a call of
 * `check` with the value that the comment says, `console.log(…); // => text` one with the printed text.
 */
export function withAssertions(code: string): string {
  const source = ts.createSourceFile("snippet.ts", code, ts.ScriptTarget.Latest, true);
  const insertions: { at: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    const expected = ts.isStatement(node) ? expectationAfter(code, node.getEnd()) : undefined;
    if (expected !== undefined) insertions.push(...assertion(node as ts.Statement, expected, source));
    else ts.forEachChild(node, visit);
  };
  visit(source);
  return insertions
    .toSorted((a, b) => b.at - a.at)
    .reduce((text, { at, text: inserted }) => text.slice(0, at) + inserted + text.slice(at), code);
}

function expectationAfter(code: string, end: number): string | undefined {
  return /^[ \t]*\/\/ => (.*)/.exec(code.slice(end, code.indexOf("\n", end)))?.[1]?.trim();
}

function assertion(statement: ts.Statement, expected: string, source: ts.SourceFile): { at: number; text: string }[] {
  const line = source.getLineAndCharacterOfPosition(statement.getStart()).line + 1;
  if (ts.isExpressionStatement(statement)) {
    const { expression } = statement;
    const prints = ts.isCallExpression(expression) && expression.expression.getText() === "console.log";
    if (prints) return [{ at: statement.getEnd(), text: ` checkPrinted(${JSON.stringify(expected)}, ${line});` }];
    return [
      { at: expression.getStart(), text: "check(" },
      { at: expression.getEnd(), text: `, (${expected}), ${line})` },
    ];
  }
  const [declared] = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [];
  if (declared === undefined) throw new TypeError(`line ${line}: "// =>" stands after an expression or a declaration`);
  const names = ts.isIdentifier(declared.name) ? [declared.name] : declared.name.elements.flatMap(boundName);
  const value = names.length === 1 ? names[0]?.text : `{ ${names.map(({ text }) => text).join(", ")} }`;
  return [{ at: statement.getEnd(), text: ` check(${value}, (${expected}), ${line});` }];
}

function boundName(element: ts.ArrayBindingElement): ts.Identifier[] {
  return ts.isBindingElement(element) && ts.isIdentifier(element.name) ? [element.name] : [];
}
