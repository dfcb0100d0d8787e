/**
 * Compiles the contestants with the tool, the format and the target of the published packages, out of the present
 * sources: so no stale build is measured, and none of what a loader for TypeScript adds to functions.
 */
import { fileURLToPath } from "node:url";
import { build } from "tsup";

const folder = fileURLToPath(new URL("..", import.meta.url));

/** @returns the path of the compiled `child.ts` */
export async function buildContestants(): Promise<string> {
  await build({
    config: false,
    entry: [`${folder}src/child.ts`],
    outDir: `${folder}dist`,
    format: "esm",
    target: "es2022",
    silent: true,
    clean: true,
    // As their authors ship them.
    external: ["nact", "xstate"],
    esbuildOptions: (options) => {
      options.conditions = ["mabeam-source"];
    },
  });
  return `${folder}dist/child.js`;
}
