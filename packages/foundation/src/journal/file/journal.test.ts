import { existsSync, readdirSync } from "node:fs";
import { readFile, readdir, truncate, writeFile, appendFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Json } from "../../core/json.ts";
import { collect, journalSuite } from "../journal.suite.ts";
import type { Journal } from "../journal.ts";
import { fileJournal } from "../file-journal.ts";
import type { FileJournalOptions } from "../file-journal.ts";
import { segmentPath } from "./segments.ts";
import { temporaryFolder } from "./temporary-folder.ts";

journalSuite("fileJournal", async () => fileJournal(await temporaryFolder()));
journalSuite("fileJournal with tiny segments", async () => fileJournal(await temporaryFolder(), { segmentBytes: 64 }));

const open = (dir: string, options: FileJournalOptions = {}): Journal => {
  const journal = fileJournal(dir, options);
  onTestFinished(() => journal.close());
  return journal;
};

const records = async (journal: Journal, stream = "s"): Promise<Json[]> =>
  (await collect(journal.read(stream))).map((entry) => ("record" in entry ? entry.record : entry.snapshot));

/** A stream `s` of two appends, one record and three; where the second begins, and the bytes of both. */
async function twoAppends(dir: string): Promise<{ file: string; bytes: Buffer; second: number }> {
  const journal = fileJournal(dir);
  await journal.append("s", ["first"]);
  const file = segmentPath(join(dir, "streams", "s"), 1);
  const second = (await readFile(file)).length;
  await journal.append("s", ["a", { b: "ü" }, "c"]);
  await journal.close();
  return { file, bytes: await readFile(file), second };
}

describe("after a crash", () => {
  it("an append that was cut anywhere is gone as a whole, with a warning, and its positions are free again", async () => {
    const dir = await temporaryFolder();
    const { file, bytes, second } = await twoAppends(dir);
    for (let size = second; size < bytes.length; size++) {
      await writeFile(file, bytes.subarray(0, size));
      const warnings: unknown[] = [];
      const journal = open(dir, { warn: (_, details) => warnings.push(details) });
      expect(await records(journal), `cut at ${size}`).toEqual(["first"]);
      const torn = { file, offset: second, bytes: size - second, last: 1 };
      expect(warnings).toEqual(size === second ? [] : [torn]);
      expect(await journal.append("s", ["again"])).toBe(2);
      expect(await records(journal)).toEqual(["first", "again"]);
      await journal.close();
    }
  });

  it("a last append with any byte changed is cut off, never half believed", async () => {
    const dir = await temporaryFolder();
    const { file, bytes, second } = await twoAppends(dir);
    for (let offset = second; offset < bytes.length; offset++) {
      const changed = Buffer.from(bytes);
      changed[offset] = (changed[offset] as number) ^ 0x15;
      await writeFile(file, changed);
      let warnings = 0;
      const journal = open(dir, { warn: () => warnings++ });
      expect(await records(journal), `changed at ${offset}`).toEqual(["first"]);
      expect(warnings).toBe(1);
      await journal.close();
    }
  });

  it("any byte changed before the last append is damage, named by file and offset, for readers and writers", async () => {
    const dir = await temporaryFolder();
    const { file, bytes, second } = await twoAppends(dir);
    for (let offset = 0; offset < second; offset++) {
      const changed = Buffer.from(bytes);
      changed[offset] = (changed[offset] as number) ^ 0x15;
      await writeFile(file, changed);
      const journal = open(dir);
      const corrupt = { code: "JOURNAL_CORRUPT", details: { file, offset: 0 } };
      await expect(records(journal), `changed at ${offset}`).rejects.toMatchObject(corrupt);
      await expect(journal.append("s", ["more"])).rejects.toMatchObject(corrupt);
      await journal.close();
      expect(await readFile(file)).toEqual(changed);
    }
  });

  it("damage to what an open journal has read before is found when it is read again", async () => {
    const dir = await temporaryFolder();
    const journal = open(dir, { segmentBytes: 1 });
    for (const record of ["a", "b", "c"]) await journal.append("s", [record]);
    const file = segmentPath(join(dir, "streams", "s"), 2);
    await truncate(file, 5);
    const corrupt = { code: "JOURNAL_CORRUPT", details: { file, offset: 0 } };
    await expect(records(journal)).rejects.toMatchObject(corrupt);
    await rm(file);
    await expect(records(journal)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
  });

  it("zeros behind the end, as a lost disk cache leaves them, are cut off", async () => {
    const dir = await temporaryFolder();
    const { file } = await twoAppends(dir);
    await appendFile(file, Buffer.alloc(5_000));
    let warnings = 0;
    expect(await records(open(dir, { warn: () => warnings++ }))).toHaveLength(4);
    expect(warnings).toBe(1);
  });

  it("a damaged snapshot is refused", async () => {
    const dir = await temporaryFolder();
    await twoAppends(dir);
    const journal = open(dir);
    await journal.snapshot("s", { state: 1 }, 3);
    const file = join(dir, "streams", "s", "0000000000000003.snapshot");
    const bytes = await readFile(file);
    bytes[12] = (bytes[12] as number) ^ 1;
    await writeFile(file, bytes);
    await expect(journal.latestSnapshot("s")).rejects.toMatchObject({
      code: "JOURNAL_CORRUPT",
      details: { file, offset: 0 },
    });
  });
});

describe("on disk", () => {
  it("a stream is found again by another journal on the same folder", async () => {
    const dir = await temporaryFolder();
    const first = fileJournal(dir, { segmentBytes: 100 });
    for (let n = 1; n <= 20; n++) await first.append("a/b", [{ n }]);
    await first.close();
    const second = open(dir);
    expect(await records(second, "a/b")).toEqual(Array.from({ length: 20 }, (_, index) => ({ n: index + 1 })));
    expect(await second.append("a/b", ["more"], { expected: 20 })).toBe(21);
  });

  it("a segment takes no more once it has reached its size", async () => {
    const dir = await temporaryFolder();
    const journal = open(dir, { segmentBytes: 200 });
    for (let n = 0; n < 12; n++) await journal.append("s", ["x".repeat(75)]);
    const names = (await readdir(join(dir, "streams", "s"))).toSorted();
    expect(names.map((name) => parseInt(name, 10))).toEqual([1, 4, 7, 10]);
  });

  it("compaction gives the space back, also of a segment that is only partly covered", async () => {
    const dir = await temporaryFolder();
    const journal = open(dir);
    await journal.append(
      "s",
      Array.from({ length: 100 }, () => "x".repeat(1_000)),
    );
    await journal.append("s", ["kept", "too"]);
    await journal.snapshot("s", "state", 101);
    await journal.compact("s");
    expect((await readdir(join(dir, "streams", "s"))).toSorted()).toEqual([
      "0000000000000101.snapshot",
      "0000000000000102.log",
    ]);
    expect((await readFile(segmentPath(join(dir, "streams", "s"), 102))).length).toBeLessThan(100);
    expect(await records(journal)).toEqual(["state", "too"]);
  });

  it("a compaction that was killed before it removed the old segment changes nothing for readers", async () => {
    const dir = await temporaryFolder();
    const journal = open(dir);
    await journal.append("s", ["a", "b", "c"]);
    const old = segmentPath(join(dir, "streams", "s"), 1);
    const bytes = await readFile(old);
    await journal.snapshot("s", "a", 1);
    await journal.compact("s");
    await writeFile(old, bytes);
    await journal.append("s", ["d"]);
    expect(await records(journal)).toEqual(["a", "b", "c", "d"]);
    expect(await records(open(dir))).toEqual(["a", "b", "c", "d"]);
    await journal.compact("s");
    expect(await records(journal)).toEqual(["a", "b", "c", "d"]);
  });

  it("two journals on one folder see each other's appends at once and never share a position", async () => {
    const dir = await temporaryFolder();
    const [one, two] = [open(dir, { segmentBytes: 300 }), open(dir, { segmentBytes: 300 })];
    const positions = await Promise.all(
      Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? one : two).append("s", [n])),
    );
    expect(new Set(positions).size).toBe(60);
    expect(await records(two)).toEqual(await records(one));
    await one.append("s", ["last"]);
    expect((await records(two)).at(-1)).toBe("last");
  });

  it("a follower hears of another journal's appends without being rung by its own", async () => {
    const dir = await temporaryFolder();
    const [writer, reader] = [open(dir), open(dir)];
    const follower = reader.follow("s")[Symbol.asyncIterator]();
    const first = follower.next();
    await writer.append("s", ["hello"]);
    expect((await first).value).toEqual({ position: 1, record: "hello" });
    const second = follower.next();
    await writer.append("s", ["again"]);
    expect((await second).value).toEqual({ position: 2, record: "again" });
    await follower.return?.();
  });

  it("any number of streams is used at once with few open files", { timeout: 30_000 }, async () => {
    const dir = await temporaryFolder();
    const journal = open(dir);
    const streams = Array.from({ length: 1_500 }, (_, index) => `${index}${"/..💾".repeat(index % 50)}`);
    // Where the system tells which files a process holds open.
    const openFiles = (): number => (existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0);
    const before = openFiles();
    let most = 0;
    for (const round of [1, 2]) {
      await Promise.all(
        streams.map(async (stream, index) => {
          expect(await journal.append(stream, [[stream, round]], { expected: round - 1 })).toBe(round);
          if (index % 20 === 0) most = Math.max(most, openFiles() - before);
        }),
      );
    }
    expect(most).toBeLessThan(250);
    const contents = await Promise.all(streams.map((stream) => records(journal, stream)));
    expect(contents).toEqual(streams.map((stream) => [1, 2].map((round) => [stream, round])));
  });

  it("refuses options that make no sense", () => {
    const refused = expect.objectContaining({ code: "INVALID_INPUT" }) as Error;
    expect(() => fileJournal("")).toThrow(refused);
    expect(() => fileJournal("x", { segmentBytes: 0 })).toThrow(refused);
    expect(() => fileJournal("x", { lockTimeoutMs: NaN })).toThrow(refused);
  });
});
