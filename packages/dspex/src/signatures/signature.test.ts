import { describe, expect, test } from "vitest";
import * as z from "zod";
import { fieldOf, jsonSchemaOf, type FieldSchema } from "./field-schema.ts";
import { signature, signatureHash } from "./signature.ts";
import { signatureDifferences, signatureFromJSON } from "./signature-json.ts";

const accepts = (schema: FieldSchema, value: unknown): boolean => {
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise) throw new TypeError("expected a schema that answers at once");
  return result.issues === undefined;
};
const circle: unknown[] = [];
circle.push(circle);

describe("a signature", () => {
  test.each([
    ["string", ["", "x"], [1, null, undefined]],
    ["number", [0, -1.5], ["1", NaN, Infinity, null]],
    ["integer", [3, -3], [0.5, "3", NaN]],
    ["boolean", [true, false], [0, "true"]],
    ["date", [new Date(0), "2026-11-22", "2026-11-22T10:00:00Z"], ["yesterday", "2026-99-99", new Date(NaN), 5]],
    [
      "json",
      [null, 1, "x", [1, { a: [] }], { a: undefined }],
      [undefined, NaN, () => 1, new Map(), [undefined], circle],
    ],
    ["number[]", [[], [1, 2]], [1, ["1"]]],
    ["'a' | 'b'", ["a", "b"], ["c", "", null]],
    ["('a' | 'b')[][]", [[], [["a"], []]], [["a"]]],
  ])("of type %s accepts its values and no others", (type, good, bad) => {
    const { x } = signature(`x: ${type} -> y`).inputs as unknown as { x: FieldSchema };
    expect(good.filter((value) => !accepts(x, value))).toEqual([]);
    expect(bad.filter((value) => accepts(x, value))).toEqual([]);
  });

  test("of schemas knows what is optional, described, and what JSON Schema it has", () => {
    const made = signature({
      inputs: { words: z.array(z.string()).describe("as written"), limit: z.number().optional() },
      outputs: { best: z.enum(["x", "y"]) },
      instructions: "Choose.",
    });
    expect(made.instructions).toBe("Choose.");
    expect(made.fields.inputs.map(({ name, optional, description }) => ({ name, optional, description }))).toEqual([
      { name: "words", optional: false, description: "as written" },
      { name: "limit", optional: true, description: undefined },
    ]);
    expect(jsonSchemaOf(made.fields.outputs[0]!)).toMatchObject({ type: "string", enum: ["x", "y"] });
  });

  test("takes any Standard Schema, and does not guess at one that answers later", () => {
    const later: FieldSchema<string> = {
      "~standard": { version: 1, vendor: "ours", validate: async (value) => ({ value: String(value) }) },
    };
    const made = signature({ inputs: { a: later }, outputs: { b: z.string() } });
    expect(made.fields.inputs[0]).toEqual({ name: "a", schema: later, optional: false });
    expect(made.toJSON().inputs).toEqual([{ name: "a", schema: null }]);
    expect(() => signatureFromJSON(made.toJSON())).toThrow(expect.objectContaining({ code: "SIGNATURE_INVALID" }));
  });

  test("made of the fields of another is the same signature", () => {
    const text = signature("a?: number[] // some\n -> b: 'x' | 'y', c: date");
    const copy = signature({ inputs: text.inputs, outputs: text.outputs });
    expect(copy.toString()).toBe(text.toString());
    expect(copy.hash).toBe(text.hash);
  });

  test.each([
    [{ inputs: {}, outputs: { b: z.string() } }],
    [{ inputs: { a: z.string() }, outputs: {} }],
    [{ inputs: { $: z.string() }, outputs: { b: z.string() } }],
    [{ inputs: { "a b": z.string() }, outputs: { b: z.string() } }],
    [{ inputs: { a: "string" }, outputs: { b: z.string() } }],
    [{ inputs: JSON.parse('{"__proto__": {}}'), outputs: { b: z.string() } }],
    [{ inputs: { a: z.string() }, outputs: { b: z.string() }, instructions: 5 }],
    [null],
    [7],
  ])("case %#: what is no signature is refused", (parts) => {
    expect(() => signature(parts as never)).toThrow(expect.objectContaining({ code: "SIGNATURE_INVALID" }));
  });

  test("changes its hash with names, types, options, descriptions and instructions, and with nothing else", () => {
    const hash = signature("a: number, b -> c").hash;
    expect(signature("  a : number,\n b: string\n->c ").hash).toBe(hash);
    expect(signatureHash(signature("a: number, b -> c").toJSON())).toBe(hash);
    const others = [
      "a, b -> c",
      "a: number, b? -> c",
      "a: number, b -> d",
      "b, a: number -> c",
      "a: number, b -> c // C",
    ];
    const hashes = others.map((text) => signature(text).hash);
    expect(new Set([hash, ...hashes]).size).toBe(others.length + 1);
  });

  test("tells which fields of an older form it does not fit", () => {
    const differences = signatureDifferences(
      signature("a: number, b, gone -> c: 'x' | 'y'").toJSON(),
      signature("fresh, b? // described\n, a: number // reordered\n -> c: 'x' | 'z'").toJSON(),
    );
    expect(differences).toEqual([
      { side: "inputs", field: "b", problem: "it was string and is optional string" },
      { side: "inputs", field: "gone", problem: "it is gone" },
      { side: "inputs", field: "fresh", problem: "it is new" },
      { side: "outputs", field: "c", problem: "it was 'x' | 'y' and is 'x' | 'z'" },
    ]);
  });

  test("holds fields that are looked up by name, never by the prototype", () => {
    const made = signature("constructor -> toString");
    expect(Object.keys(made.inputs)).toEqual(["constructor"]);
    expect(fieldOf("toString", made.outputs.toString).optional).toBe(false);
  });
});
