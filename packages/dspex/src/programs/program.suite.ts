/** The laws of `program.ts`, for whatever implements it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@mabeam/foundation";
import { describe, expect, test } from "vitest";
import type { Fields } from "../signatures/signature.ts";
import type { AnyProgram } from "./program.ts";
import type { ProgramArtifact } from "./artifact.ts";
import type { TraceEntry } from "./trace.ts";

/** What the suite needs to know of a kind of program. */
export interface ProgramCase {
  /** A program with at least one variable; equal ones every time. */
  make: () => AnyProgram | Promise<AnyProgram>;
  /** The same, but its calls never settle by themselves. */
  makeHanging: () => AnyProgram | Promise<AnyProgram>;
  inputs: Fields;
  /** Inputs with exactly one field that does not fit, and its name. */
  wrong: { inputs: Fields; field: string };
}

const code = (expected: string) => expect.objectContaining({ code: expected });

/** Runs the laws. */
export function programSuite(name: string, { make, makeHanging, inputs, wrong }: ProgramCase): void {
  const draws = async () => {
    const program = await make();
    return Array.from({ length: 8 }, (_, seed) => program.space.sample(seededRandom(seed)));
  };

  describe(`${name} is a program`, () => {
    test("whose configuration is complete and valid", async () => {
      const program = await make();
      expect(program.space.variables.length).toBeGreaterThan(0);
      expect(program.space.validate(program.config)).toEqual({ ok: true });
    });

    test("that configuring does not change, nor running, also with many configurations at once", async () => {
      const program = await make();
      const before = JSON.stringify(program);
      const configs = await draws();
      const alone: unknown[] = [];
      for (const config of configs) alone.push(await program.withConfig(config).forward(inputs));
      const together = await Promise.all(configs.map((config) => program.forward(inputs, { config })));
      expect(together).toEqual(alone);
      expect(JSON.stringify(program)).toBe(before);
      expect(() => Object.assign(program, { config: {} })).toThrow(TypeError);
      expect(() => Object.assign(program.config, { another: 1 })).toThrow(TypeError);
    });

    test("which lays a partial configuration over the present one", async () => {
      const program = await make();
      for (const config of await draws()) {
        const configured = program.withConfig(config);
        expect(configured.config).toEqual(config);
        expect(configured.withConfig({}).config).toEqual(config);
        for (const [variable, value] of Object.entries(config)) {
          expect(program.withConfig({ [variable]: value }).space).toBe(program.space);
          expect(configured.withConfig({ [variable]: value }).config).toEqual(config);
        }
      }
    });

    test("which refuses a configuration that does not fit, naming the variable", async () => {
      const program = await make();
      const variable = Object.keys(program.config)[0] as string;
      const unknown = { code: "INVALID_INPUT", details: expect.objectContaining({ variable: "no such thing" }) };
      const refused = { code: "INVALID_INPUT", message: expect.stringContaining(variable) };
      expect(() => program.withConfig({ "no such thing": 1 })).toThrow(expect.objectContaining(unknown));
      expect(() => program.withConfig({ [variable]: { bad: [] } })).toThrow(expect.objectContaining(refused));
      await expect(program.forward(inputs, { config: { "no such thing": 1 } })).rejects.toMatchObject(unknown);
    });

    test("whose predictions are their fields, with an account aside", async () => {
      const program = await make();
      const trace: TraceEntry[] = [];
      const prediction = await program.forward(inputs, { trace });
      const required = program.signature.fields.outputs.filter((field) => !field.optional);
      expect(Object.keys(prediction)).toEqual(expect.arrayContaining(required.map((field) => field.name)));
      expect(Object.keys(prediction)).not.toContain("$");
      expect({ ...prediction }).toEqual(JSON.parse(JSON.stringify(prediction)));
      expect(prediction.$.trace[0]).toMatchObject({ program: program.name, outputs: { ...prediction } });
      expect(prediction.$.latencyMs).toBeGreaterThanOrEqual(0);
      expect(trace).toEqual(prediction.$.trace);
    });

    test("that refuses inputs which do not fit, naming the field, before anything runs", async () => {
      const program = await make();
      const trace: TraceEntry[] = [];
      await expect(program.forward(wrong.inputs, { trace })).rejects.toMatchObject({
        code: "INVALID_INPUT",
        details: { field: wrong.field },
        message: expect.stringContaining(`"${wrong.field}"`),
      });
      expect(trace.filter((entry) => entry.program !== program.name)).toEqual([]);
    });

    test("that is the same after a way through JSON, and through a file", async () => {
      const program = await make();
      const config = (await draws())[0] ?? {};
      const saved = program.withConfig(config).withReport({ scores: { mean: 0.5 }, spent: { evaluations: 3 } });
      const artifact = JSON.parse(JSON.stringify(saved)) as ProgramArtifact;
      const folder = await mkdtemp(join(tmpdir(), "mabeam-"));
      try {
        const path = join(folder, "program.json");
        await saved.save(path);
        for (const loaded of [await program.load(artifact), await program.load(path)]) {
          expect(loaded.config).toEqual(config);
          expect(JSON.parse(JSON.stringify(loaded))).toEqual(artifact);
          expect(await loaded.forward(inputs)).toEqual(await saved.forward(inputs));
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    test("that loads no artifact of another signature, space or format, and says what does not fit", async () => {
      const program = await make();
      const artifact = program.toJSON();
      const other = { ...artifact, signatureHash: "0000000000000000" };
      await expect(program.load(other)).rejects.toThrow(code("ARTIFACT_MISMATCH"));
      await expect(program.load({ ...artifact, format: 2 } as never)).rejects.toThrow(code("ARTIFACT_MISMATCH"));
      await expect(program.load({ ...artifact, config: { "no such thing": 1 } })).rejects.toMatchObject({
        code: "ARTIFACT_MISMATCH",
        details: { variable: "no such thing" },
      });
    });

    test("that rejects as soon as it is aborted, also if what runs never ends", async () => {
      const reason = new Error("enough");
      const program = await makeHanging();
      const controller = new AbortController();
      const running = program.forward(inputs, { signal: controller.signal });
      controller.abort(reason);
      await expect(running).rejects.toMatchObject({ code: "ABORTED", cause: reason });
      const late = (await make()).forward(inputs, { signal: controller.signal });
      await expect(late).rejects.toMatchObject({ code: "ABORTED", cause: reason });
    });

    test("that is itself when there is nothing to learn", async () => {
      const program = await make();
      if (!program.fits) expect(await program.fit([inputs])).toBe(program);
      else await expect(program.fit([])).rejects.toThrow(code("INVALID_INPUT"));
    });
  });
}
