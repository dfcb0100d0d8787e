/**
 * A team of five small programs learns to tell spam from ham on 4,000 real mails, and SIMBA makes it better: who is on
 * the team, who hears whom, how disagreement is settled, and every program's own settings, at once. Kill it at any
 * moment and run it again: it goes on where it was, and ends as if nothing had happened.
 */
import { rm } from "node:fs/promises";
import { createMabeam } from "@mabeam/foundation";
import { createTeam, evaluate, progressLine, simba, type Evaluation, type Optimized } from "@mabeam/dspex";
import { loadCorpus, splitCorpus, type Example } from "./corpus.ts";
import { verdictMetric } from "./metric.ts";
import { readOptions, usage, type DemoOptions } from "./options.ts";
import { spamPrograms, type SpamProgram } from "./programs.ts";
import { bold, dim, say, table, type Row } from "./screen.ts";

const options = readOptions(process.argv.slice(2));
if (options === undefined) say(usage);
else await demo(options);

async function demo({ seed, budget, journal, fresh, check }: DemoOptions): Promise<void> {
  const startedAt = performance.now();
  if (fresh) await rm(journal, { recursive: true, force: true });
  const { train, validation, test } = readMails(seed);
  const measure = async (program: SpamProgram): Promise<Evaluation> =>
    (await evaluate(program, test, verdictMetric)) as unknown as Evaluation;

  await using mabeam = await createMabeam({ seed });
  const programs = spamPrograms();
  const team = await createTeam(mabeam, programs, { id: "spam", output: ["label", "confidence"] });

  say(bold("Before: macro-F1 on the test mails, 95 % intervals"));
  const rows: Row[] = [];
  for (const [name, program] of [...Object.entries(programs), ["untuned team", team] as const]) {
    const { mean, interval } = await measure((await program.fit(train, { seed })) as SpamProgram);
    rows.push({ name: name.includes(" ") ? name : `${name}, alone`, mean, interval });
  }
  say(`${table(rows, scaleOf(rows))}\n`);

  say(bold(`Optimizing ${team.space.variables.length} variables of the team with SIMBA`));
  const best = await simba(team, {
    trainset: train,
    valset: validation,
    metric: verdictMetric,
    budget: { evaluations: budget },
    batchSize: 64,
    seed,
    journal,
    onProgress: progressLine(),
  });

  const { mean, interval } = await measure(best.program as SpamProgram);
  say(`\n${bold("After: macro-F1 on the test mails, which no decision has seen")}`);
  say(`${table([...rows, { name: "optimized team", mean, interval, best: true }], scaleOf(rows))}\n`);
  describe(best as unknown as Optimized);
  await best.save("spam-team.json");
  say(`\nWritten to spam-team.json. Serve it:  ${bold("npm run demo:serve")}`);
  say(dim(`In all ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`));
  if (check && !rows.every((row) => row.mean < mean)) {
    say("\nThe optimized team is not better than everything before it.");
    process.exitCode = 1;
  }
}

/** A mail with the verdict that it should get: the truth is sure of itself. */
type Taught = Example & { confidence: number };

function readMails(seed: number): { train: Taught[]; validation: Taught[]; test: Taught[] } {
  say(bold("Reading the SpamAssassin public mail corpus"));
  const { examples, report } = loadCorpus();
  const taught = (each: readonly Example[]): Taught[] => each.map((example) => ({ ...example, confidence: 1 }));
  const split = splitCorpus(examples, seed, { train: 1700, validation: 1000, test: 1500 });
  say(`  ${report.read} mails; left out ${report.newsItems} news items and ${report.nearDuplicates} near-duplicates`);
  say(`  ${report.kept} kept (${report.ham} ham, ${report.spam} spam); what would give the answer away is stripped`);
  say(
    `  seed ${seed}: ${split.train.length} to learn from, ${split.validation.length} to choose by, ${split.test.length} to test on\n`,
  );
  return { train: taught(split.train), validation: taught(split.validation), test: taught(split.test) };
}

/** The table's scale begins a little below all but the deliberately weak member. */
function scaleOf(rows: readonly Row[]): number {
  const sorted = rows.map(({ interval }) => interval[0]).toSorted((a, b) => a - b);
  return Math.floor(20 * (sorted[1] ?? 0)) / 20;
}

function describe({ config, importance, spent, candidates, comparison, controls, improved }: Optimized): void {
  const members = (config["team.members"] as readonly string[]).join(", ");
  say(`  stayed on the team   ${members}`);
  say(`  topology             ${String(config["team.topology"])}`);
  say(`  aggregation          ${String(config["team.aggregation.label"])}`);
  const mattered = Object.entries(importance)
    .filter(([, { interval }]) => interval[0] > 0)
    .toSorted(([, a], [, b]) => b.value - a.value)
    .slice(0, 5);
  const shares = mattered.map(([name, { value }]) => `${name} ${Math.round(100 * value)} %`).join(", ");
  say(`  what mattered        ${shares || "too few candidates to tell: no variable stands out beyond chance"}`);
  const gain = (each: { difference: number; interval: readonly [number, number] }): string =>
    `${signed(each.difference)} [${signed(each.interval[0])}, ${signed(each.interval[1])}]`;
  say(
    `  on validation        ${gain(comparison)} over the untuned team${improved ? "" : ": no significant gain, so the untuned team stays"}`,
  );
  if (controls.bestSingle !== undefined) {
    say(`                       ${gain(controls.bestSingle.comparison)} over the best single program, tuned`);
  }
  say(
    `  search               ${candidates.length} candidates, ${spent.evaluations.toLocaleString("en")} program runs, ${(spent.timeMs / 1000).toFixed(0)} s`,
  );
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}
