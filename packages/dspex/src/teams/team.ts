/**
 * Programs as one team: members are agents, the team itself is a program. Its space is the union of all of theirs and
 * of its own dimensions, so whatever optimizes a program optimizes a team.
 */
import { checkId, MabeamError, type Mabeam } from "@mabeam/foundation";
import { onAgent } from "../agents/on-agent.ts";
import { programOf } from "../programs/custom-program.ts";
import type { Layout, ProgramContext } from "../programs/definition.ts";
import type { AnyProgram, Program } from "../programs/program.ts";
import type { TraceEntry } from "../programs/trace.ts";
import type { Fields } from "../signatures/signature.ts";
import { restricted, type Configuration, type Flatten } from "../variables/configuration.ts";
import { liveTeam, type LiveTeam } from "./live.ts";
import { dissolve, nextId, registerMembers, type Members } from "./members.ts";
import { runTeam } from "./run.ts";
import { dimension, shapeOf, type Programs, type TeamOptions, type TeamShape } from "./shape.ts";
import { ownSpace, planOf, teamSpace } from "./team-space.ts";
import type { TeamTrajectory } from "./trajectory.ts";

/** A team: a program whose members are supervised agents. */
export interface Team<I extends object = Fields, O extends object = Fields> extends Program<I, O> {
  readonly id: string;
  /** The members' agents, by key. */
  readonly members: Members;
  withConfig(config: Configuration): Team<I, O>;
  /** Makes a configuration the live one: from now on it decides wherever a call's own is silent. */
  apply(config: Configuration, options?: { by?: string; reason?: string }): Promise<void>;
  /** Unregisters the members and the live variables. */
  close(): Promise<void>;
}

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
  const shape = shapeOf(programs, options);
  const id = options.id ?? nextId(mabeam);
  checkId(id, "A team's id");
  const members = await registerMembers(mabeam, id, programs, options.agents ?? {});
  let live: LiveTeam | undefined;
  try {
    live = await liveTeam(mabeam, id, shape);
    const core = coreOf(mabeam, id, members, live);
    const team = teamOf(core, programOf(layoutOf(id, shape, members, live)), {});
    return team as unknown as Team<TeamInputs<P>, TeamOutputs<P, Output>>;
  } catch (error) {
    // Refused as a whole: nothing stays half registered.
    await dissolve(mabeam, members, live);
    throw error;
  }
}

/**
 * Upstream's name for {@link createTeam}.
 * @alias
 */
export const createWorkflow: typeof createTeam = createTeam;

/** What all versions of a team share. */
interface Core {
  readonly id: string;
  readonly members: Members;
  readonly live: LiveTeam;
  readonly closed: boolean;
  close(): Promise<void>;
}

function coreOf(mabeam: Mabeam, id: string, members: Members, live: LiveTeam): Core {
  let closing: Promise<void> | undefined;
  return {
    id,
    members,
    live,
    get closed() {
      return closing !== undefined;
    },
    close: () => (closing ??= dissolve(mabeam, members, live)),
  };
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
      if (core.closed) throw new MabeamError("CLOSED", `The team "${core.id}" is closed; create another one.`);
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

function layoutOf(id: string, shape: TeamShape, members: Members, live: LiveTeam): Layout {
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
