import { expect, test } from "vitest";
import { snippetsOf, withAssertions } from "./doctest.ts";

const fence = (info: string, text: string): string => `\`\`\`${info}\n${text}\n\`\`\`\n`;

test("a program keeps the lines of its page, and takes in what continues it and what it prints", () => {
  const page = `# Page\n\n${fence("ts", "const a = 1;")}Then:\n${fence("ts continued", "a;")}${fence("text output", "1")}`;
  const [snippet, ...others] = snippetsOf("page.md", page);
  expect(others).toEqual([]);
  expect(snippet).toMatchObject({ line: 4, runs: true, output: "1" });
  expect(snippet?.code.split("\n").slice(3, 8)).toEqual(["const a = 1;", "", "", "", "a;"]);
});

test("a word after ts that means nothing is refused, and so is a continuation of nothing", () => {
  expect(() => snippetsOf("page.md", fence("ts norun", "1;"))).toThrow(/norun/);
  expect(() => snippetsOf("page.md", fence("ts continued", "1;"))).toThrow(/nothing to continue/);
});

test.each([
  ["1 + 1; // => 2\n", "check(1 + 1, (2), 1); // => 2\n"],
  ["const a = f(); // => [1]\n", "const a = f(); check(a, ([1]), 1); // => [1]\n"],
  [
    "const { a, b: c } = f(); // => { a: 1, c: 2 }\n",
    "const { a, b: c } = f(); check({ a, c }, ({ a: 1, c: 2 }), 1); // => { a: 1, c: 2 }\n",
  ],
  ['console.log("x"); // => x\n', 'console.log("x"); checkPrinted("x", 1); // => x\n'],
  ["if (x) {\n  y; // => 1\n}\n", "if (x) {\n  check(y, (1), 2); // => 1\n}\n"],
  ["// => not code\n1;\n", "// => not code\n1;\n"],
])("%j becomes an assertion", (code, expected) => {
  expect(withAssertions(code)).toBe(expected);
});
