/** A folder of its own for each test, removed when the test is over. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Makes an empty folder for the test that is running. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mabeam-journal-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
