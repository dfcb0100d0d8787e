/** Run by a test in a process of its own, to be killed: optimizes with a file journal and writes what came of it. */
import { writeFile } from "node:fs/promises";
import { exactMatch, simba } from "../../index.ts";
import { examples, planted } from "./planted.test-support.ts";

const [journal, out] = process.argv.slice(2) as [string, string];
let runs = 0;
const metric = exactMatch("label");
const best = await simba(planted, {
  trainset: examples,
  metric: (example, prediction) => {
    runs++;
    return metric(example, prediction);
  },
  budget: { evaluations: 6000 },
  seed: 11,
  journal,
  onProgress: ({ step }) => void process.send?.(step),
});
await writeFile(out, JSON.stringify({ config: best.config, candidates: best.candidates, score: best.score, runs }));
process.disconnect?.();
