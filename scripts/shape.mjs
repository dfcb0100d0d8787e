/** Prints the ten longest functions and files of the packages. It never fails; it embarrasses. */
import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";

const root = new URL("../packages/", import.meta.url);
const files = readdirSync(root, { recursive: true })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => /^[^/]+\/src\/.*\.ts$/.test(path) && !/\.(test|test-d|suite|process|test-support)\.ts$/.test(path));

const functions = [];
const lengths = files.map((path) => {
  const text = readFileSync(new URL(path, root), "utf8");
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position) => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body !== undefined) {
      const first = lineOf(node.getStart());
      const name = node.name?.getText() ?? node.parent?.name?.getText?.() ?? "(nameless)";
      functions.push({ length: lineOf(node.end) - first + 1, what: `${path}:${first} ${name}` });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { length: text.split("\n").length - 1, what: path };
});

for (const [title, list] of [
  ["files", lengths],
  ["functions", functions],
]) {
  console.log(`The longest ${title} (lines; median ${median(list)} of ${list.length})`);
  const longest = list.toSorted((one, other) => other.length - one.length).slice(0, 10);
  for (const { length, what } of longest) console.log(`${String(length).padStart(5)}  ${what}`);
}

function median(list) {
  return list.map(({ length }) => length).toSorted((one, other) => one - other)[Math.floor(list.length / 2)];
}
