import { defineConfig } from "vitest/config";

/** What every project's tests share: sources of our own packages are read directly, so that no build can be stale. */
export const project = (name: string, options: { testTimeout?: number } = {}) =>
  defineConfig({
    resolve: { conditions: ["mabeam-source", "node", "import", "default"] },
    ssr: { resolve: { conditions: ["mabeam-source", "node", "import", "default"] } },
    test: {
      name,
      include: ["**/*.test.ts"],
      exclude: ["**/node_modules/**", "**/dist/**"],
      testTimeout: options.testTimeout ?? 10_000,
      // Tests are quiet: what a test wants to show, it asserts.
      silent: "passed-only",
    },
  });
