import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { float } from "../variables/float.ts";
import { program } from "./custom-program.ts";
import { fromFunction } from "./interop/function.ts";
import * as z from "zod";

const made = <const S extends string>(signature: S, max = 1) =>
  program({ name: "p", signature, variables: [float("x", { min: 0, max })], forward: () => ({}) as never });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mabeam-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("an artifact", () => {
  test("says which fields of a changed signature do not fit", async () => {
    const artifact = made("mail: json, hint? -> label: 'ham' | 'spam'").toJSON();
    const changed = made("mail: json, sender -> label: 'ham' | 'spam' | 'scam'");
    await expect(changed.load(artifact)).rejects.toMatchObject({
      code: "ARTIFACT_MISMATCH",
      message: expect.stringContaining(`"label" of outputs: it was 'ham' | 'spam' and is 'ham' | 'spam' | 'scam'`),
      details: { fields: [{ field: "hint" }, { field: "sender" }, { field: "label", side: "outputs" }] },
    });
    const described = made("hint? // now described\n, mail: json -> label: 'ham' | 'spam'");
    expect((await described.load(artifact)).config).toEqual({ x: 0.5 });
  });

  test("of schemas says so too", async () => {
    const of = (schema: z.ZodType) =>
      fromFunction(({ a }) => ({ b: a }), { inputs: { a: schema }, outputs: { b: schema } });
    const artifact = JSON.parse(JSON.stringify(of(z.number().max(5))));
    expect((await of(z.number().max(5)).load(artifact)).name).toBe("function");
    await expect(of(z.number().max(6)).load(artifact)).rejects.toMatchObject({
      details: { fields: [{ field: "a" }, { field: "b" }] },
    });
  });

  test("with a value that the space no longer has is refused", async () => {
    const artifact = made("a -> b", 10).withConfig({ x: 7 }).toJSON();
    await expect(made("a -> b", 1).load(artifact)).rejects.toMatchObject({
      code: "ARTIFACT_MISMATCH",
      message: expect.stringContaining(`"x"`),
    });
  });

  test.each([
    ["[]"],
    ["null"],
    ['{"format": 1}'],
    ["{"],
    ['{"format":1,"name":"p","signatureHash":"","config":{},"signature":{"inputs":[5],"outputs":[]}}'],
  ])("is not what a file with %s holds", async (text) => {
    const path = join(folder, "p.json");
    await writeFile(path, text);
    await expect(made("a -> b").load(path)).rejects.toMatchObject({ code: "ARTIFACT_MISMATCH" });
  });

  test("is written whole or not at all", async () => {
    const path = join(folder, "p.json");
    await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        made("a -> b")
          .withConfig({ x: n / 8 })
          .save(path),
      ),
    );
    const text = await readFile(path, "utf8");
    expect(JSON.parse(text)).toMatchObject({ format: 1 });
    // Learned models are large: no indentation.
    expect(text).toBe(`${JSON.stringify(JSON.parse(text))}\n`);
    expect(await readdir(folder)).toEqual(["p.json"]);
    await expect(made("a -> b").save(path, { signal: AbortSignal.abort("no") })).rejects.toMatchObject({
      code: "ABORTED",
      cause: "no",
    });
    await expect(made("a -> b").save(join(folder, "no", "p.json"))).rejects.toMatchObject({
      code: "INVALID_INPUT",
      cause: { code: "ENOENT" },
    });
    await expect(made("a -> b").load(join(folder, "none.json"))).rejects.toMatchObject({
      code: "INVALID_INPUT",
      cause: { code: "ENOENT" },
    });
    expect(await readdir(folder)).toEqual(["p.json"]);
  });
});
