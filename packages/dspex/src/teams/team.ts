/**
 * Programs as one team: members are agents, the team itself is a program. Its space is the union of all of theirs and
 * of its own dimensions, so whatever optimizes a program optimizes a team.
 */
import {
  checkId,
  invalidInput,
  type AgentOptions,
  type AgentSelection,
  type CommunicationTopology,
  type Mabeam,
  type OrchestrationVariable,
} from "@mabeam/foundation";
import { agentize, type ProgramAgent } from "../agents/agentize.ts";
import { onAgent } from "../agents/on-agent.ts";
import { programOf } from "../programs/custom-program.ts";
import type { Layout, ProgramContext } from "../programs/definition.ts";
import type { AnyProgram, Program } from "../programs/program.ts";
import type { TraceEntry } from "../programs/trace.ts";
import type { Fields } from "../signatures/signature.ts";
import { restricted, type Configuration, type Flatten } from "../variables/configuration.ts";
import type { Aggregation } from "./aggregation.ts";
import { teamFields } from "./fields.ts";
import { configurationOf, liveTeam, type LiveTeam } from "./live.ts";
import { runTeam } from "./run.ts";
import {
  checkAggregations,
  checkVariables,
  dimension,
  ownSpace,
  planOf,
  teamSpace,
  type TeamShape,
} from "./team-space.ts";
import type { TeamTrajectory } from "./trajectory.ts";

/** What {@link createTeam} takes beside the programs. */
export interface TeamOptions<Output extends string = string> {
  /** Members are registered as `<id>/<key>`. Default `team-1`, `team-2`, … */
  id?: string;
  /** What the team answers: fields that its programs write. */
  output: Output | readonly Output[];
  /** Who sees whom. Default: whoever reads a field sees those who write it. */
  topology?: CommunicationTopology;
  /** How fields with several writers are settled. Default: the first rule that fits, `majority` or `median`. */
  aggregate?: Partial<Record<string, Aggregation>>;
  /** An agent selection over the members, a communication topology, or both. */
  variables?: readonly OrchestrationVariable[];
  /** The most rounds; from the second on members see what was written in the last. Default 1. */
  rounds?: number;
  /** How the members are registered. */
  agents?: Omit<AgentOptions, "args">;
}

/** A team: a program whose members are supervised agents. */
export interface Team<I extends object = Fields, O extends object = Fields> extends Program<I, O> {
  readonly id: string;
  /** The members' agents, by key. */
  readonly members: Readonly<Record<string, ProgramAgent>>;
  withConfig(config: Configuration): Team<I, O>;
  /** Makes a configuration the live one: from now on it decides wherever a call's own is silent. */
  apply(config: Configuration, options?: { by?: string; reason?: string }): Promise<void>;
  /** Unregisters the members and the live variables. */
  close(): Promise<void>;
}

type Programs = Readonly<Record<string, Program<any, any>>>;
type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;
type AllInputs<P extends Programs> = Intersection<
  { [K in keyof P]: P[K] extends Program<infer I, any> ? I : never }[keyof P]
>;
type AllOutputs<P extends Programs> = Intersection<
  { [K in keyof P]: P[K] extends Program<any, infer O> ? O : never }[keyof P]
>;

/** What a team of `P` takes: everything that its programs read and none of them writes. */
export type TeamInputs<P extends Programs> = Flatten<Omit<AllInputs<P>, keyof AllOutputs<P>>>;
/** What it answers. */
export type TeamOutputs<P extends Programs, Output extends string> = Flatten<
  Pick<AllOutputs<P>, Output & keyof AllOutputs<P>>
>;

/**
 * Makes a team: registers each program as an agent and joins them by their fields, on a blackboard.
 *
 * @throws MabeamError `INVALID_INPUT` for an empty team, a bad key, an output that nobody writes, an aggregation or a
 * variable that does not fit; `AGENT_ALREADY_REGISTERED` for an id that is taken
 * @example
 * const team = await createTeam(mabeam, { words, links, headers }, { output: "label", aggregate: { label: "weighted" } });
 * const { label } = await team.forward({ mail });
 */
export async function createTeam<const P extends Programs, const Output extends keyof AllOutputs<P> & string>(
  mabeam: Mabeam,
  programs: P,
  options: TeamOptions<Output>,
): Promise<Team<TeamInputs<P>, TeamOutputs<P, Output>>> {
  checkKeys(programs);
  const shape = shapeOf(programs, options);
  const id = options.id ?? nextId(mabeam);
  checkId(id, "A team's id");
  const members = await registerMembers(mabeam, id, programs, options.agents ?? {});
  let live: LiveTeam | undefined;
  try {
    live = await liveTeam(mabeam, id, shape);
    const core: Core = { id, members, live, close: () => dissolve(mabeam, members, core.live) };
    const team = teamOf(core, programOf(layoutOf(id, shape, members, live)), {});
    return team as unknown as Team<TeamInputs<P>, TeamOutputs<P, Output>>;
  } catch (error) {
    // Refused as a whole: nothing stays half registered.
    await dissolve(mabeam, members, live);
    throw error;
  }
}

/** Upstream's name for {@link createTeam}. */
export const createWorkflow: typeof createTeam = createTeam;

/** What all versions of a team share. */
interface Core {
  readonly id: string;
  readonly members: Readonly<Record<string, ProgramAgent>>;
  readonly live: LiveTeam;
  close(): Promise<void>;
}

/** @param inner the team's program; its configuration is laid under what is live and what is `pinned` */
function teamOf(core: Core, inner: AnyProgram, pinned: Configuration): Team {
  const { live } = core;
  const configured = (over: Configuration = {}): AnyProgram =>
    inner.withConfig({ ...live.values(), ...pinned, ...over });
  let latest: { version: number; program: AnyProgram } | undefined;
  const current = (): AnyProgram => {
    const version = live.version();
    if (latest?.version !== version) latest = { version, program: configured() };
    return latest.program;
  };
  const whole = (): AnyProgram => current().withReport(inner.report);
  const made: Team = Object.freeze({
    id: core.id,
    members: core.members,
    name: inner.name,
    signature: inner.signature,
    space: inner.space,
    get config() {
      return current().config;
    },
    learned: inner.learned,
    fits: inner.fits,
    report: inner.report,
    forward: async (inputs, options = {}) => {
      const { config, ...rest } = options;
      return (config === undefined ? current() : configured(config)).forward(inputs, rest);
    },
    withConfig: (config) => {
      const said = new Set(Object.keys({ ...pinned, ...config }));
      // What does not exist in the whole configuration is dropped, and starts at its default if it ever comes back.
      return teamOf(core, inner, restricted(configured(config).config, said));
    },
    withLearned: (learned) => teamOf(core, inner.withLearned(learned), pinned),
    withReport: (report) => teamOf(core, inner.withReport(report), pinned),
    fit: async (trainset, { config, ...options } = {}) => {
      if (config !== undefined) return made.withConfig(config).fit(trainset, options);
      if (!inner.fits) return made;
      const { learned } = await current().fit(trainset, options);
      return teamOf(core, inner.withLearned(learned), pinned);
    },
    subPrograms: () => current().subPrograms(),
    toJSON: () => whole().toJSON(),
    save: (path, options) => whole().save(path, options),
    load: async (source, options) => {
      const loaded = await inner.load(source, options);
      return teamOf(core, loaded, loaded.config);
    },
    apply: (config, options = {}) => live.apply(configured(config).config, options),
    close: () => core.close(),
  } satisfies Team);
  return made;
}

function layoutOf(id: string, shape: TeamShape, members: Core["members"], live: LiveTeam): Layout {
  const parts = Object.fromEntries(
    Object.entries(members).map(([key, agent]) => [key, onAgent(agent.ref as never, agent.program)]),
  );
  const own = ownSpace(shape);
  return {
    name: id,
    signature: shape.fields.signature,
    own,
    space: teamSpace(shape, own, parts),
    parts,
    fitDependsOn: [],
    fit: undefined,
    forward: (inputs, ctx) => forward(shape, live, inputs, ctx),
  };
}

async function forward(shape: TeamShape, live: LiveTeam, inputs: Fields, ctx: ProgramContext): Promise<Fields> {
  const topology = live.topology();
  const wanted = ctx.config[dimension.topology(shape)];
  // The live layout stands for its own pattern only: a call that tries another one gets that one's layout.
  const present =
    shape.topology === undefined || topology === undefined || (wanted !== undefined && wanted !== topology.pattern)
      ? shape
      : { ...shape, topology: { ...shape.topology, value: topology } };
  const plan = planOf(present, ctx.config);
  const steps = new Map<Fields, readonly TraceEntry[]>();
  const call = async (key: string, given: Fields): Promise<Fields> => {
    const made = await ctx.call(key, given);
    steps.set(given, made.$.trace);
    return made;
  };
  const { outputs, turns, waiting } = await runTeam(
    plan,
    inputs,
    shape.fields.signature.fields.outputs,
    call,
    ctx.signal,
  );
  const trajectory: TeamTrajectory = {
    steps: turns.flatMap((turn) => steps.get(turn.inputs) ?? []),
    turns,
    waiting,
  };
  ctx.account(trajectory);
  return outputs;
}

function shapeOf(programs: Programs, options: TeamOptions): TeamShape {
  const { output, variables = [], aggregate = {}, rounds = 1 } = options;
  const outputs = typeof output === "string" ? [output] : output;
  if (!Array.isArray(outputs) || outputs.length === 0)
    throw invalidInput("no-output", "A team needs output, the fields that it answers.");
  if (!Number.isInteger(rounds) || rounds < 1)
    throw invalidInput("invalid-number", `rounds must be a whole number from 1, not ${rounds}.`);
  const ofType = <V extends OrchestrationVariable>(type: V["type"]): V[] =>
    variables.filter((each): each is V => each.type === type);
  const selections = ofType<AgentSelection>("agent_selection");
  const topologies = [
    ...ofType<CommunicationTopology>("communication_topology"),
    ...(options.topology === undefined ? [] : [options.topology]),
  ];
  const stranger = variables.find(({ type }) => type !== "agent_selection" && type !== "communication_topology");
  if (stranger !== undefined || selections.length > 1 || topologies.length > 1) {
    const message =
      "A team takes one agent selection and one communication topology; add other variables to the system.";
    throw invalidInput("unknown-variable", message, { variables: variables.map(({ id }) => id) });
  }
  const shape: TeamShape = {
    fields: teamFields(programs, outputs),
    selection: selections[0],
    topology: topologies[0],
    aggregate: aggregate as Readonly<Record<string, Aggregation>>,
    rounds,
  };
  checkVariables(shape);
  checkAggregations(shape);
  return shape;
}

async function registerMembers(
  mabeam: Mabeam,
  id: string,
  programs: Programs,
  options: Omit<AgentOptions, "args">,
): Promise<Record<string, ProgramAgent>> {
  const members: Record<string, ProgramAgent> = {};
  try {
    for (const [key, program] of Object.entries(programs)) {
      const agentId = `${id}/${key}`;
      members[key] = await agentize(mabeam, program as AnyProgram, {
        ...options,
        agentId,
        tags: [...(options.tags ?? []), `team:${id}`],
      });
    }
    return members;
  } catch (error) {
    for (const agent of Object.values(members)) await mabeam.agents.unregister(agent.id);
    throw error;
  }
}

async function dissolve(mabeam: Mabeam, members: Core["members"], live: LiveTeam | undefined): Promise<void> {
  await live?.close();
  for (const agent of Object.values(members)) await mabeam.agents.unregister(agent.id);
}

function checkKeys(programs: Programs): void {
  const keys = typeof programs === "object" && programs !== null ? Object.keys(programs) : [];
  if (keys.length === 0)
    throw invalidInput("empty-team", "A team needs at least one program, by key: { drafter, checker }.");
  for (const key of keys) {
    if (key === "" || key === "team" || key === "__proto__" || key.includes(".") || key.includes("/")) {
      throw invalidInput(
        "invalid-key",
        `"${key}" cannot name a member: use a word without "." and "/", other than "team".`,
        { key },
      );
    }
    if (typeof (programs[key] as Partial<AnyProgram> | null)?.forward !== "function") {
      throw invalidInput(
        "not-a-program",
        `The member "${key}" is not a program; make one with program() or fromFunction().`,
        { key },
      );
    }
  }
}

const teams = new WeakMap<Mabeam, number>();

function nextId(mabeam: Mabeam): string {
  let number = (teams.get(mabeam) ?? 0) + 1;
  // Somebody may have chosen such an id by hand.
  while (mabeam.variables.get(configurationOf(`team-${number}`)) !== undefined) number++;
  teams.set(mabeam, number);
  return `team-${number}`;
}
