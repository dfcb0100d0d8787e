// The projects that `vitest` runs. Vitest 4 no longer reads a file of this name by itself: vitest.config.ts imports it.
export default ["packages/foundation", "packages/dspex", "examples", "docs", "bench", "scripts"];
