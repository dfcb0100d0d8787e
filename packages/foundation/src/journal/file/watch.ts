/** Notices what other processes append, by the file system's own notification, and slowly by looking where it has none. */
import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { mkdir } from "node:fs/promises";
import { systemClock } from "../../core/clock.ts";
import type { Timer } from "../../core/clock.ts";

/** Network and virtual file systems do not always notify. */
const lookEveryMs = 1_000;

/** Calls `onChange` when a segment in `folder` may have changed; makes the folder if need be. Gives how to stop. */
export async function watchFolder(folder: string, onChange: () => void): Promise<() => void> {
  let watcher: FSWatcher | undefined;
  try {
    await mkdir(folder, { recursive: true });
    watcher = watch(folder, (_event, name) => {
      // Locks come and go in the same folder.
      if (name === null || name.endsWith(".log")) onChange();
    });
    watcher.on("error", () => watcher?.close());
  } catch {
    // No notification to be had (too many watches, a folder that cannot be made): looking now and then remains.
  }
  let timer: Timer;
  const look = (): void => {
    onChange();
    timer = systemClock.after(lookEveryMs, look);
  };
  timer = systemClock.after(lookEveryMs, look);
  return () => {
    watcher?.close();
    timer.cancel();
  };
}
