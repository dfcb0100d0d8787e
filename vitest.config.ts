import { defineConfig } from "vitest/config";
import projects from "./vitest.workspace.ts";

// "minimal" says only what failed, and one summary.
export default defineConfig({ test: { projects, reporters: ["minimal"] } });
