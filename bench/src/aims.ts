/**
 * What the runtime aims at, row by row of the table. Pure: the figures of a run in, a judgement out. Aims are ratios to
 * what the same run measured, and plain numbers where a user feels the number itself.
 */
import type { Figures } from "./case.ts";
import type { ContestantName } from "./contestant.ts";
import type { Scale } from "./scale.ts";

export type Unit = "perSecond" | "bytes" | "us" | "ms" | "percent" | "times";

/** A bound on our figure: as it is, or divided by that of the floor, of OTP, or of the best JavaScript library. */
export interface Aim {
  readonly relation: "atLeast" | "atMost";
  readonly bound: number;
  readonly of?: "floor" | "otp" | "peer";
}

export interface Row {
  readonly title: string;
  readonly caseName: string;
  readonly figure: string;
  readonly unit: Unit;
  readonly aims: readonly Aim[];
}

export type Verdict = "yes" | "no" | "unknown";

const atLeast = (bound: number, of?: Aim["of"]): Aim => ({ relation: "atLeast", bound, ...(of && { of }) });
const atMost = (bound: number, of?: Aim["of"]): Aim => ({ relation: "atMost", bound, ...(of && { of }) });

function row(title: string, caseName: string, figure: string, unit: Unit, aims: readonly Aim[]): Row {
  return { title, caseName, figure, unit, aims };
}

/** The table from top to bottom; the sizes in its titles are those of the run. */
export function rowsOf(scale: Scale): Row[] {
  const agents = count(scale.agents);
  return [
    row("spawn, supervised and registered", "spawn", "perSecond", "perSecond", [
      atLeast(0.3, "floor"),
      atLeast(6, "otp"),
    ]),
    row(`memory of an idle agent, of ${agents}`, "spawn", "bytes", "bytes", [atMost(450), atMost(1 / 8, "otp")]),
    row("ask, one after the other", "ask", "perSecond", "perSecond", messaging(0.5, 3)),
    row("… p50", "ask", "p50Us", "us", [atMost(1.8, "floor")]),
    row("… p99", "ask", "p99Us", "us", [atMost(1.8, "floor")]),
    row("ask, 100 callers × 1,000 agents, by id", "ask-many", "perSecond", "perSecond", messaging(0.6, 3)),
    row("tell, 1 receiver", "tell-one", "perSecond", "perSecond", messaging(0.5, 1.7)),
    row("tell, 1,000 receivers", "tell-many", "perSecond", "perSecond", messaging(0.5, 3.2)),
    row(`look-up by id, ${count(scale.agents * 0.1)} agents`, "lookup-tenth", "perSecond", "perSecond", [
      atLeast(0.85, "floor"),
    ]),
    row(`look-up by id, ${agents} agents`, "lookup-all", "perSecond", "perSecond", [
      atLeast(0.85, "floor"),
      atLeast(2, "otp"),
    ]),
    row(`capability, ${count(scale.agents * 0.0001)} of ${agents}`, "capability-few", "perSecond", "perSecond", [
      atLeast(12, "otp"),
    ]),
    row(
      `capability, ${count(scale.agents * 0.01)} of ${agents}, changing`,
      "capability-many",
      "perSecond",
      "perSecond",
      [atLeast(400, "otp")],
    ),
    row("crash → serving, p50", "crash", "p50Us", "us", [atMost(8)]),
    row("… p99", "crash", "p99Us", "us", [atMost(40)]),
    row(`${count(scale.crashers)} crash at once → all serve`, "crash-all", "ms", "ms", [
      atMost(80),
      atMost(1 / 19, "otp"),
    ]),
    row(`one_for_all, ${count(scale.children)} children → all serve`, "crash-group", "ms", "ms", [
      atMost(2.5),
      atMost(1 / 4, "otp"),
    ]),
    row("flooded at 10 × capacity: memory growth", "overload", "growthPercent", "percent", [atMost(5)]),
    row("… p99 of others, to idle", "overload", "p99Ratio", "times", [atMost(2)]),
    row(`${count(scale.backlog)} messages queued: p99 of others`, "fairness", "p99Ms", "ms", [atMost(2)]),
    row("… timers late by", "fairness", "lateMs", "ms", [atMost(5)]),
  ];
}

/** Messages are to be quick beside the floor and OTP, and quicker than with any other library. */
function messaging(ofFloor: number, ofOtp: number): Aim[] {
  return [atLeast(ofFloor, "floor"), atLeast(ofOtp, "otp"), atLeast(1, "peer")];
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

const peers: readonly ContestantName[] = ["xstate", "nact"];

/** Figures of one case by contestant. */
export type Field = ReadonlyMap<ContestantName, Figures>;

/** One contestant's figure in a row. */
export function figureOf(row: Row, field: Field | undefined, contestant: ContestantName): number | undefined {
  return field?.get(contestant)?.[row.figure];
}

/** The JavaScript library that does best in a row, if any takes part. */
export function bestPeer(row: Row, field: Field | undefined): { name: ContestantName; figure: number } | undefined {
  const taking = peers.flatMap((name) => {
    const figure = figureOf(row, field, name);
    return figure === undefined ? [] : [{ name, figure }];
  });
  const higherIsBetter = row.unit === "perSecond";
  return taking.toSorted((one, other) => (higherIsBetter ? other.figure - one.figure : one.figure - other.figure))[0];
}

/** Whether all aims of a row are met; unknown when one that could decide it was not measured. */
export function judge(row: Row, field: Field | undefined): Verdict {
  const verdicts = row.aims.map((aim) => judgeAim(aim, row, field));
  if (verdicts.includes("no")) return "no";
  return verdicts.includes("unknown") ? "unknown" : "yes";
}

function judgeAim({ relation, bound, of }: Aim, row: Row, field: Field | undefined): Verdict {
  const ours = figureOf(row, field, "mabeam");
  const anchor = of === undefined ? 1 : of === "peer" ? bestPeer(row, field)?.figure : figureOf(row, field, of);
  if (ours === undefined || anchor === undefined) return "unknown";
  return (relation === "atLeast" ? ours / anchor >= bound : ours / anchor <= bound) ? "yes" : "no";
}
