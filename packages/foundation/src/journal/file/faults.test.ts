import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Json } from "../../core/json.ts";
import { fileJournal } from "../file-journal.ts";
import { collect } from "../journal.suite.ts";
import type { Journal } from "../journal.ts";
import { interceptFiles } from "./faults.test-support.ts";
import type { Operation } from "./faults.test-support.ts";
import { segmentPath } from "./segments.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const open = (dir: string): Journal => {
  const journal = fileJournal(dir, { segmentBytes: 150, warn: () => {} });
  onTestFinished(() => journal.close());
  return journal;
};

/** All records ever appended to `s`: its snapshots are the list of the records that they cover. */
async function historyOf(journal: Journal): Promise<Json[]> {
  const history: Json[] = [];
  for (const entry of await collect(journal.read("s"))) {
    if ("snapshot" in entry) history.push(...(entry.snapshot as Json[]));
    else history.push(entry.record);
    expect(entry.position).toBe(history.length);
  }
  return history;
}

/** Does some of everything to stream `s`. Gives the records of the appends that resolved, and the errors of the rest. */
async function workOn(journal: Journal): Promise<{ kept: string[]; refused: string[]; errors: unknown[] }> {
  const [kept, refused, errors]: [string[], string[], unknown[]] = [[], [], []];
  const append = async (...records: string[]): Promise<void> => {
    await journal.append("s", records).then(
      () => kept.push(...records),
      (error: unknown) => {
        refused.push(...records);
        errors.push(error);
      },
    );
  };
  const attempt = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => errors.push(error));
  await append("a1", "a2");
  await Promise.all([append("b"), append("c1", "c2", "c3"), append("d".repeat(100))]);
  await attempt(
    historyOf(journal).then(async (history) => {
      if (history.length > 0) await journal.snapshot("s", history, history.length);
    }),
  );
  await append("e");
  await attempt(journal.compact("s"));
  await append("f1", "f2");
  return { kept, refused, errors };
}

const systemError = (code: string): Error => Object.assign(new Error(`${code}: refused by the test`), { code });

/** Makes operations on `dir` fail from the `at`-th on that is of concern, until `heal`. Says how many there were. */
function failing(
  dir: string,
  options: { at: number; times: number; code: string; half?: boolean; concerns(operation: Operation): boolean },
): { count(): number; heal(): void } {
  let seen = 0;
  const heal = interceptFiles(dir, (operation) => {
    if (!options.concerns(operation)) return undefined;
    seen++;
    if (seen < options.at || seen >= options.at + options.times) return undefined;
    const strike = (): never => {
      throw systemError(options.code);
    };
    return { half: options.half === true && operation.kind === "write", strike };
  });
  onTestFinished(heal);
  return { count: () => seen, heal };
}

describe("when the operating system refuses", () => {
  it.each([
    { name: "any one operation", code: "EIO", times: 1, half: false, concerns: () => true },
    { name: "any one write, half-way", code: "EIO", times: 1, half: true, concerns: isWrite },
    {
      name: "all that needs room, from any moment on",
      code: "ENOSPC",
      times: Infinity,
      half: true,
      concerns: needsRoom,
    },
  ])(
    "$name: what is rejected did not happen, what resolves did, and it goes on",
    { timeout: 30_000 },
    async (fault) => {
      let struck = 0;
      for (let at = 1; struck === at - 1; at++) {
        const dir = await temporaryFolder();
        const { heal, count } = failing(dir, { ...fault, at });
        const journal = open(dir);
        const { kept, errors } = await workOn(journal);
        if (count() >= at) struck++;
        for (const error of errors) expect(error).toMatchObject({ code: fault.code });
        heal();
        const inOrder = (await historyOf(journal)).toSorted();
        expect(inOrder, `fault at ${at}`).toEqual(kept.toSorted());
        expect(await journal.append("s", ["after"], { expected: kept.length })).toBe(kept.length + 1);
        expect(await historyOf(open(dir))).toEqual(await historyOf(journal));
      }
      expect(struck).toBeGreaterThan(5);
    },
  );

  it("a reader that saw what was then taken back reads on with what took its place", async () => {
    const dir = await temporaryFolder();
    const [writer, reader] = [fileJournal(dir), fileJournal(dir)];
    onTestFinished(async () => void (await Promise.all([writer.close(), reader.close()])));
    let syncs = 0;
    const heal = interceptFiles(dir, ({ kind, path }) => {
      if (kind !== "sync" || !path.endsWith(".log") || ++syncs !== 2) return undefined;
      // Written, but not durable yet: this is what a reader may see, and may see go.
      const strike = async (): Promise<never> => {
        expect(await historyOf(reader)).toEqual(["kept", "taken back"]);
        throw systemError("EIO");
      };
      return { strike };
    });
    onTestFinished(heal);
    await writer.append("s", ["kept"]);
    expect(await historyOf(reader)).toEqual(["kept"]);
    await expect(writer.append("s", ["taken back"])).rejects.toMatchObject({ code: "EIO" });
    const history: Json[] = ["kept"];
    expect(await historyOf(reader)).toEqual(history);
    for (const record of ["a longer record in its place", "x", "y"]) {
      await writer.append("s", [record]);
      history.push(record);
      expect(await historyOf(reader)).toEqual(history);
    }
  });
});

describe("in a folder that nobody may write to", () => {
  const readOnly = (dir: string): void =>
    void failing(dir, { at: 1, times: Infinity, code: "EROFS", concerns: ({ kind }) => kind !== "look" });

  it("streams and snapshots are read, an append in progress is not believed, and appending is refused", async () => {
    const dir = await temporaryFolder();
    const file = segmentPath(join(dir, "streams", "s"), 1);
    const before = fileJournal(dir);
    await before.append("s", ["a", "b"]);
    await before.snapshot("s", ["a"], 1);
    await before.close();
    await appendFile(file, "0123abcd 3 0/2 torn");
    readOnly(dir);
    const journal = open(dir);
    expect(await historyOf(journal)).toEqual(["a", "b"]);
    expect(await journal.latestSnapshot("s")).toEqual({ position: 1, state: ["a"] });
    const stop = new AbortController();
    for await (const { position } of journal.follow("s", { signal: stop.signal })) if (position === 2) stop.abort();
    await expect(journal.append("s", ["c"])).rejects.toMatchObject({ code: "EROFS" });
    expect(await readFile(file, "utf8")).toMatch(/torn$/);
  });

  it("damage is told apart from an append in progress", async () => {
    const dir = await temporaryFolder();
    const file = segmentPath(join(dir, "streams", "s"), 1);
    const before = fileJournal(dir);
    await before.append("s", ["a"]);
    await before.append("s", ["b"]);
    await before.close();
    await writeFile(file, (await readFile(file, "utf8")).replace('"a"', '"A"'));
    readOnly(dir);
    const corrupt = { code: "JOURNAL_CORRUPT", details: { file, offset: 0 } };
    await expect(historyOf(open(dir))).rejects.toMatchObject(corrupt);
  });
});

function isWrite({ kind }: Operation): boolean {
  return kind === "write";
}

function needsRoom({ kind }: Operation): boolean {
  return ["mkdir", "create", "write", "rename", "link"].includes(kind);
}
