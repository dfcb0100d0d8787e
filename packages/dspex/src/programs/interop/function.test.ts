import { describe, expect, test } from "vitest";
import * as z from "zod";
import { signature } from "../../signatures/signature.ts";
import { float } from "../../variables/float.ts";
import { programSuite } from "../program.suite.ts";
import { fromFunction } from "./function.ts";

function rate({ words }: { words: string[] }, { config }: { config: { weight: number } }) {
  return { score: words.length * config.weight };
}

const rated = (fn = rate) =>
  fromFunction(fn, {
    inputs: { words: z.array(z.string()) },
    outputs: { score: z.number() },
    variables: [float("weight", { min: 0, max: 2, default: 1 })],
  });

programSuite("a function", {
  make: () => rated(),
  makeHanging: () =>
    fromFunction((): Promise<never> => new Promise(() => {}), {
      inputs: { words: z.array(z.string()) },
      outputs: { score: z.number() },
    }),
  inputs: { words: ["a", "b"] },
  wrong: { inputs: { words: "a b" }, field: "words" },
});

describe("fromFunction", () => {
  test("keeps the function's name unless another is given, and tunes it by its second argument", async () => {
    expect(rated().name).toBe("rate");
    const { inputs, outputs } = signature("a -> b");
    expect(fromFunction(({ a }) => ({ b: a }), { inputs, outputs, name: "echo" }).name).toBe("echo");
    expect(fromFunction(({ a }) => ({ b: a }), { inputs, outputs }).signature.toString()).toBe(
      "a: string -> b: string",
    );
    expect(await rated().forward({ words: ["a"] }, { config: { weight: 2 } })).toEqual({ score: 2 });
  });
});
