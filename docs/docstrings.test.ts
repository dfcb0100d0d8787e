/** Whatever a user can import says what it is. */
import { relative, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { compilerOptions } from "./type-check.ts";

const root = resolve(import.meta.dirname, "..");
const entries = [
  "packages/foundation/src/index.ts",
  "packages/foundation/src/coordination.ts",
  "packages/foundation/src/testing.ts",
  "packages/dspex/src/index.ts",
];
const program = ts.createProgram(
  entries.map((entry) => resolve(root, entry)),
  compilerOptions(),
);
const checker = program.getTypeChecker();

function exportsOf(entry: string): ts.Symbol[] {
  const source = program.getSourceFile(resolve(root, entry));
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  return module === undefined ? [] : checker.getExportsOfModule(module);
}

const declared = (symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

/** Of several declarations of a name, one must speak. */
const isDocumented = (exported: ts.Symbol): boolean => declared(exported).getDocumentationComment(checker).length > 0;

function placeOf(exported: ts.Symbol): string {
  const [node] = declared(exported).declarations ?? [];
  if (node === undefined) return exported.name;
  const source = node.getSourceFile();
  const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  return `${exported.name} (${relative(root, source.fileName)}:${line})`;
}

test.each(entries)("every export of %s has a docstring", (entry) => {
  const exported = exportsOf(entry);
  expect(exported.length).toBeGreaterThan(0);
  expect(exported.filter((symbol) => !isDocumented(symbol)).map(placeOf)).toEqual([]);
});
