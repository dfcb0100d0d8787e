import { createMabeam } from "@mabeam/foundation";
import { accuracy, choice, createTeam, float, program, simba } from "@mabeam/dspex";

const options = JSON.parse(process.argv[4] ?? "[4,100,400]") as number[];
const rule = (name: string, says: "leap" | "common") =>
  program({
    name,
    signature: "year: integer -> kind: 'leap' | 'common', confidence: number",
    variables: [choice("every", options), float("sure", { min: 0, max: 1 })],
    forward: ({ year }, { config }) =>
      year % config.every === 0 ? { kind: says, confidence: config.sure } : { kind: "common", confidence: 0 },
  });
await using mabeam = await createMabeam();
const programs = { first: rule("usually", "leap"), but: rule("but", "common"), yet: rule("yet", "leap") };
const team = await createTeam(mabeam, programs, { output: "kind", aggregate: { kind: "highest_confidence" } });
const step = Number(process.argv[2] ?? 10);
const trainset = Array.from({ length: 800 }, (_, i) => {
  const year = 1600 + step * i;
  return { year, kind: new Date(year, 1, 29).getMonth() === 1 ? "leap" as const : "common" as const };
});
for (const seed of [1, 2, 3, 7]) {
const t = Date.now();
const best = await simba(team, { trainset, metric: accuracy("kind"), budget: { evaluations: Number(process.argv[3] ?? 20_000) }, seed });
console.log(seed, Date.now() - t, best.report(), best.stopped);
}
