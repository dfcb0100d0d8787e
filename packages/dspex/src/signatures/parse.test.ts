import { isMabeamError } from "@mabeam/foundation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFieldName, type FieldDeclaration, type FieldType } from "./field-type.ts";
import { parseSignature } from "./parse.ts";
import { signature } from "./signature.ts";
import { signatureFromJSON } from "./signature-json.ts";

const base = fc
  .constantFrom("string", "number", "integer", "boolean", "date", "json")
  .map((name): FieldType => ({ kind: "base", name }) as FieldType);
const literal = fc.string({ unit: "grapheme", maxLength: 6 }).filter((text) => !/["\r\n]/.test(text));
const literals = fc
  .uniqueArray(literal, { minLength: 1, maxLength: 4 })
  .map((values): FieldType => ({ kind: "literals", values }));
const type = fc
  .tuple(fc.oneof(base, literals), fc.nat({ max: 2 }))
  .map(([element, depth]) =>
    Array.from({ length: depth }).reduce<FieldType>((inner) => ({ kind: "array", element: inner }), element),
  );
const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,6}$/).filter(isFieldName);
const description = fc
  .stringMatching(/^[ -~]{1,12}$/)
  .map((text) => text.trim().replace(/ +/g, " "))
  .filter((text) => text !== "");
const declaration = fc.record(
  { name, type, optional: fc.boolean(), description },
  { requiredKeys: ["name", "type", "optional"] },
) as fc.Arbitrary<FieldDeclaration>;
const side = fc.uniqueArray(declaration, { minLength: 1, maxLength: 4, selector: (field) => field.name });

const problemOf = (text: string): { position: number; problem: string; message: string } => {
  try {
    parseSignature(text);
  } catch (error) {
    if (!isMabeamError(error, "SIGNATURE_INVALID")) throw error;
    const { position, problem } = error.details as { position: number; problem: string };
    return { position, problem, message: error.message };
  }
  throw new Error(`"${text}" parsed`);
};

describe("the string form", () => {
  test("whatever can be declared is written and read back unchanged, as text and as JSON", () => {
    fc.assert(
      fc.property(side, side, (inputs, outputs) => {
        const json = { inputs: inputs.map(jsonOf), outputs: outputs.map(jsonOf) };
        const made = signatureFromJSON(json);
        const parsed = parseSignature(made.toString());
        expect(parsed).toEqual({ inputs, outputs });
        expect(signature(made.toString()).hash).toBe(made.hash);
        expect(made.toJSON()).toEqual(json);
      }),
    );
  });

  test("descriptions run to the end of their line, belong to the field before them, and stand for a comma", () => {
    const { inputs, outputs } = parseSignature(`
      question,            // what is asked, in one sentence
      context?: string[]   // passages -> of the retriever
                           // best first
      -> answer: 'yes' | "don't know" // see http://example.org
      confidence: number   // 0..1
    `);
    expect(inputs.map(({ name, optional, description }) => ({ name, optional, description }))).toEqual([
      { name: "question", optional: false, description: "what is asked, in one sentence" },
      { name: "context", optional: true, description: "passages -> of the retriever best first" },
    ]);
    expect(outputs.map(({ name, type, description }) => ({ name, type, description }))).toEqual([
      {
        name: "answer",
        type: { kind: "literals", values: ["yes", "don't know"] },
        description: "see http://example.org",
      },
      { name: "confidence", type: { kind: "base", name: "number" }, description: "0..1" },
    ]);
  });

  test.each([
    ["", 0, "at least one input"],
    ["a", 1, 'expected "," or "->"'],
    ["a ->", 4, "at least one output"],
    ["-> a", 0, "at least one input"],
    ["a -> b -> c", 7, "or the end"],
    ["a, a -> b", 3, '"a" is there twice'],
    ["a -> b, b", 8, '"b" is there twice'],
    ["a,, c -> b", 2, "expected the name"],
    ["a b -> c", 2, 'expected "," or "->"'],
    ["a: strng -> b", 3, "expected a type"],
    ["a: -> b", 3, "expected a type"],
    ["a: 'x -> b", 3, "closed on its line"],
    ["a: 'x' | y -> b", 9, "closed on its line"],
    ["a: 'x' | 'x' -> b", 9, "is there twice"],
    ["a: 'x' | 'y'[] -> b", 12, "parentheses"],
    ["a: ('x' -> b", 8, 'expected ")"'],
    ["$ -> b", 0, "cannot name a field"],
    ["a$b -> c", 0, "cannot name a field"],
    ["1a -> c", 0, "cannot name a field"],
    ["a -> __proto__", 5, "cannot name a field"],
    ["// first\na -> b", 0, "expected the name"],
  ])("%j is refused at position %i: %s", (text, position, problem) => {
    expect(problemOf(text)).toMatchObject({ position, problem: expect.stringContaining(problem) });
  });

  test("the message shows the line with a caret under the place", () => {
    expect(problemOf("mail: json\n  -> lable: 'ham' | spam").message.split("\n").slice(1)).toEqual([
      "    -> lable: 'ham' | spam",
      "                      ^",
    ]);
  });

  test("no text makes the parser throw anything but SIGNATURE_INVALID", () => {
    const token = fc.constantFrom(
      "a",
      "b",
      "?",
      ":",
      ",",
      "->",
      "string",
      "'x'",
      "|",
      "[]",
      "(",
      ")",
      "//",
      "\n",
      " ",
      "$",
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        try {
          parseSignature(tokens.join(""));
        } catch (error) {
          expect(isMabeamError(error, "SIGNATURE_INVALID")).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function jsonOf({ name, type, optional, description }: FieldDeclaration) {
  return {
    name,
    type: signatureText(type),
    ...(optional ? { optional: true as const } : {}),
    ...(description === undefined ? {} : { description }),
  };
}

const signatureText = (type: FieldType): string =>
  type.kind === "base"
    ? type.name
    : type.kind === "literals"
      ? type.values.map((value) => (value.includes("'") ? `"${value}"` : `'${value}'`)).join(" | ")
      : type.element.kind === "literals"
        ? `(${signatureText(type.element)})[]`
        : `${signatureText(type.element)}[]`;
