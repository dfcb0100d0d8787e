import { project } from "../vitest.shared.ts";

export default project("examples", { testTimeout: 60_000 });
