import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { deskWith } from "./desk.ts";
import type { Scene } from "./scene.ts";
import { scenes } from "./scenes.ts";
import { closingTable } from "./screen.ts";
import { tell } from "./story.ts";

const tsx = join(dirname(createRequire(import.meta.url).resolve("tsx/package.json")), "dist", "cli.mjs");
const program = [tsx, "--conditions=mabeam-source", fileURLToPath(new URL("./main.ts", import.meta.url))];
const run = (...words: string[]) => promisify(execFile)(process.execPath, [...program, ...words]);

it("survives every fault, loses no request, and ends healthy", async () => {
  const { stdout } = await run("--pace", "0");
  const lines = stripVTControlCharacters(stdout).split("\n");
  for (const { fault } of scenes) expect(lines).toContain(`✓ ${fault}`);
  const table = Object.fromEntries(
    lines.flatMap((line) => {
      const [, name = "", value] = /^ +(\w+) +([\d,]+|healthy|not healthy)(?: |$)/.exec(line) ?? [];
      return value === undefined ? [] : [[name, value.replaceAll(",", "")]];
    }),
  ) as Record<string, string>;
  expect(table).toMatchObject({ faults: String(scenes.length), lost: "0", unhandled: "0", status: "healthy" });
  expect(Number(table["answered"]) + Number(table["refused"])).toBe(Number(table["requests"]));
  expect(Number(table["answered"])).toBeGreaterThan(1000);
  expect(Number(table["restarts"])).toBeGreaterThan(20);
});

describe("does not say that everything survived", () => {
  const verdictOn = async (play: Scene["play"]) => {
    const report = await tell([{ fault: "this one", play }], 20, () => {});
    return { ...report, table: closingTable(report) };
  };

  it("when a scene fails", async () => {
    const report = await verdictOn(() => Promise.reject(new Error("no")));
    expect(report).toMatchObject({ faults: 1, survived: 0, healthy: true, survives: false });
    expect(report.table).toContain("Something did not survive.");
  });

  it("when an agent stays failed", async () => {
    const report = await verdictOn(async (mabeam) => {
      const onStart = (): never => {
        throw new Error("never");
      };
      await mabeam.registerAgent("down", deskWith({}, { onStart })).catch(() => {});
      return "it is left as it is";
    });
    expect(report).toMatchObject({ survived: 1, healthy: false, survives: false });
  });

  it("when a request got a wrong answer", async () => {
    const report = await verdictOn(async (mabeam) => {
      await mabeam.registerAgent("wrong", deskWith({ quote: () => -1 }));
      return "nobody looks";
    });
    expect(report.tally.lost).toBeGreaterThan(0);
    expect(report).toMatchObject({ survived: 1, healthy: true, survives: false });
  });
});
