import { project } from "../vitest.shared.ts";

export default project("scripts", { testTimeout: 60_000 });
