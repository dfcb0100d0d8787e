/**
 * Everything that can be tuned about a team, in one space: who takes part, who sees whom, how many rounds, how a
 * shared field is settled, how much each member's word counts, and each member's own variables under `<key>.`. A
 * dimension that cannot vary is absent. The same file reads a configuration back into a plan. Pure.
 */
import { invalidInput, topologyPatterns, type AgentSelection, type CommunicationTopology } from "@mabeam/foundation";
import type { AnyProgram } from "../programs/program.ts";
import { jsonSchemaOf, type Field } from "../signatures/field-schema.ts";
import { choice } from "../variables/choice.ts";
import type { Configuration } from "../variables/configuration.ts";
import type { Constraint } from "../variables/constraints.ts";
import { float } from "../variables/float.ts";
import { integer } from "../variables/integer.ts";
import { space, type Space } from "../variables/space.ts";
import { subset } from "../variables/subset.ts";
import type { Variable } from "../variables/variable.ts";
import { averaging, confidenceField, voting, type Aggregation } from "./aggregation.ts";
import type { TeamFields } from "./fields.ts";
import { someoneListens, type TeamPattern, type TeamPlan } from "./plan.ts";
import { sightOf } from "./sight.ts";

/** What the user said about the team's dimensions. */
export interface TeamShape {
  readonly fields: TeamFields;
  /** Decides over membership; absent: every member may be left out. */
  readonly selection: AgentSelection | undefined;
  /** Decides who sees whom; absent: inferred. */
  readonly topology: CommunicationTopology | undefined;
  /** How a shared field is settled where the configuration is silent. */
  readonly aggregate: Readonly<Record<string, Aggregation>>;
  /** The most rounds. */
  readonly rounds: number;
}

/** Names of the team's own dimensions. */
export const dimension = {
  members: (shape: TeamShape): string => `team.${shape.selection?.id ?? "members"}`,
  topology: (shape: TeamShape): string => `team.${shape.topology?.id ?? "topology"}`,
  rounds: "team.rounds",
  aggregation: (field: string): string => `team.aggregation.${field}`,
  weight: (key: string): string => `team.weights.${key}`,
};

/** The patterns that a search may try beside the given one. */
const searched: readonly TeamPattern[] = ["pipeline", "mesh", "star"];

/** The team's own variables, without those of its members. */
export function ownSpace(shape: TeamShape): Space {
  const { members } = shape.fields;
  const variables: Variable[] = [];
  if (members.length > 1) variables.push(membership(shape));
  if (someoneListens(members)) {
    variables.push(choice(dimension.topology(shape), patternsOf(shape)));
    if (shape.rounds > 1)
      variables.push(integer(dimension.rounds, { min: 1, max: shape.rounds, default: shape.rounds }));
  }
  const settled = settledFields(shape);
  for (const field of settled) {
    const options = aggregationsFor(shape, field);
    const preferred = shape.aggregate[field.name];
    variables.push(
      choice(dimension.aggregation(field.name), options, preferred === undefined ? {} : { default: preferred }),
    );
  }
  variables.push(...weights(shape, settled));
  return space(variables, { constraints: canEverAnswer(shape) ? [answerable(shape)] : [] }) as Space;
}

/** The patterns of the team's space, the given one first. */
export function patternsOf(shape: TeamShape): TeamPattern[] {
  const given: TeamPattern = shape.topology?.value.pattern ?? "inferred";
  return [given, ...searched.filter((pattern) => pattern !== given)];
}

/** The own space with every member's, each of whose variables exists only while the member takes part. */
export function teamSpace(shape: TeamShape, own: Space, programs: Readonly<Record<string, AnyProgram>>): Space {
  const variables: Variable[] = [...own.variables];
  const constraints: Constraint[] = [...own.constraints];
  for (const [key, program] of Object.entries(programs)) {
    const theirs = program.space.prefix(`${key}.`);
    const optional = canBeLeftOut(shape, key);
    variables.push(...theirs.variables.map((variable) => (optional ? whileMember(shape, variable, key) : variable)));
    constraints.push(...theirs.constraints.map((each) => (optional ? ifPresent(each, theirs) : each)));
  }
  return space(variables, { constraints }) as Space;
}

/** What `config`, complete and valid in the team's space, comes to. */
export function planOf(shape: TeamShape, config: Configuration): TeamPlan {
  const chosen = config[dimension.members(shape)] as readonly string[] | undefined;
  const members = shape.fields.members.filter(({ key }) => isMember(shape, chosen, key));
  const pattern =
    (config[dimension.topology(shape)] as TeamPattern | undefined) ?? shape.topology?.value.pattern ?? "inferred";
  return {
    members,
    pattern,
    ...sightOf(shape.topology, pattern, members),
    rounds: (config[dimension.rounds] as number | undefined) ?? 1,
    aggregation: new Map(
      settledFields(shape).map(({ name }) => [name, config[dimension.aggregation(name)] as Aggregation]),
    ),
    weights: new Map(
      members.flatMap(({ key }) => {
        const weight = config[dimension.weight(key)];
        return typeof weight === "number" ? [[key, weight]] : [];
      }),
    ),
  };
}

function isMember(shape: TeamShape, chosen: readonly string[] | undefined, key: string): boolean {
  return (
    chosen === undefined ||
    chosen.includes(key) ||
    (shape.selection !== undefined && !shape.selection.agents.includes(key))
  );
}

function membership(shape: TeamShape): Variable {
  const { selection, fields } = shape;
  if (selection === undefined)
    return subset(
      dimension.members(shape),
      fields.members.map(({ key }) => key),
      { min: 1 },
    );
  const { required, min, maxConcurrent } = selection.rules;
  return subset(dimension.members(shape), selection.agents, {
    required,
    min: Math.max(min, required.length),
    max: Math.min(maxConcurrent, selection.agents.length),
    default: selection.value,
  });
}

function canBeLeftOut(shape: TeamShape, key: string): boolean {
  if (shape.fields.members.length === 1) return false;
  const { selection } = shape;
  return selection === undefined || (selection.agents.includes(key) && !selection.rules.required.includes(key));
}

function whileMember(shape: TeamShape, variable: Variable, key: string): Variable {
  return variable.when(dimension.members(shape), (members) => (members as readonly string[]).includes(key));
}

/** A member's law, which says nothing while the member is left out. */
function ifPresent(constraint: Constraint, theirs: Space): Constraint {
  const present = (config: Configuration): boolean =>
    theirs.variables.some((variable) => config[variable.name] !== undefined);
  const { repair } = constraint;
  return {
    name: constraint.name,
    ...(constraint.variables === undefined ? {} : { variables: constraint.variables }),
    ...(constraint.message === undefined ? {} : { message: constraint.message }),
    check: (config) => !present(config) || constraint.check(config),
    ...(repair === undefined
      ? {}
      : { repair: (config: Configuration) => (present(config) ? repair.call(constraint, config) : config) }),
  };
}

/** Shared fields that are settled by a rule of their own: all but the confidence that accompanies another field. */
function settledFields(shape: TeamShape): Field[] {
  const shared = [...shape.fields.shared.values()];
  return shared.filter(({ name }) => name !== confidenceField || shared.length === 1);
}

function aggregationsFor(shape: TeamShape, field: Field): Aggregation[] {
  const { type } = (jsonSchemaOf(field) ?? {}) as { type?: unknown };
  const sayHowSure = shape.fields.members.some(
    ({ writes }) => writes.includes(field.name) && field.name !== confidenceField && writes.includes(confidenceField),
  );
  const options = voting.filter((rule) => rule !== "highest_confidence" || sayHowSure);
  return type === "number" || type === "integer" ? [...averaging, ...options] : options;
}

/** A member's weight exists while it takes part in something that is weighted. */
function weights(shape: TeamShape, settled: readonly Field[]): Variable[] {
  const weighted = settled.filter((field) => aggregationsFor(shape, field).includes("weighted"));
  const [only] = weighted;
  if (only === undefined) return [];
  return shape.fields.members
    .filter(({ writes }) => weighted.some(({ name }) => writes.includes(name)))
    .map(({ key }) => {
      const weight = float(dimension.weight(key), { min: 0, max: 1, default: 1 });
      const conditioned = weighted.length === 1 ? weight.when(dimension.aggregation(only.name), "weighted") : weight;
      return canBeLeftOut(shape, key) ? whileMember(shape, conditioned as Variable, key) : conditioned;
    });
}

/** Somebody must be able to write every output. Repaired by taking in members, in the team's order. */
function answerable(shape: TeamShape): Constraint {
  const name = dimension.members(shape);
  const listOf = (config: Configuration): readonly string[] => (config[name] as readonly string[] | undefined) ?? [];
  const answers = (chosen: readonly string[]): boolean => canAnswer(shape, chosen);
  return {
    name: "answerable",
    variables: [name],
    message: "the members cannot write every output of the team",
    check: (config) => answers(listOf(config)),
    repair: (config) => {
      const chosen = [...listOf(config)];
      for (const { key } of shape.fields.members) {
        if (answers(chosen)) break;
        if (!chosen.includes(key)) chosen.push(key);
      }
      return { ...config, [name]: shape.fields.members.map(({ key }) => key).filter((key) => chosen.includes(key)) };
    },
  };
}

/**
 * Whether there is a membership that can write every output. Where there is none (members that wait for each other) no
 * choice of members is to blame, and a run says who waits for what.
 */
export function canEverAnswer(shape: TeamShape): boolean {
  const keys = shape.fields.members.map(({ key }) => key);
  return keys.length > 1 && canAnswer(shape, keys);
}

/** Whether these members can write every output if all see all. */
export function canAnswer(shape: TeamShape, chosen: readonly string[]): boolean {
  const { signature } = shape.fields;
  const known = new Set(signature.fields.inputs.map(({ name }) => name));
  let waiting = shape.fields.members.filter(({ key }) => isMember(shape, chosen, key));
  for (;;) {
    const able = waiting.filter(({ reads }) => reads.every((field) => field.optional || known.has(field.name)));
    if (able.length === 0) break;
    for (const { writes } of able) for (const field of writes) known.add(field);
    waiting = waiting.filter((member) => !able.includes(member));
  }
  return signature.fields.outputs.every(({ name, optional }) => optional || known.has(name));
}

/** @throws MabeamError `INVALID_INPUT` for an aggregation of a field that needs none, or that does not fit it */
export function checkAggregations(shape: TeamShape): void {
  const settled = new Map(settledFields(shape).map((field) => [field.name, field]));
  for (const [field, aggregation] of Object.entries(shape.aggregate)) {
    const found = settled.get(field);
    if (found === undefined) {
      const known = [...settled.keys()].join(", ") || "none";
      throw invalidInput(
        "not-shared",
        `"${field}" has no several writers to settle between; such fields are: ${known}.`,
        { field },
      );
    }
    const allowed = aggregationsFor(shape, found);
    if (!allowed.includes(aggregation)) {
      throw invalidInput(
        "unknown-aggregation",
        `"${aggregation}" cannot settle "${field}"; there are ${allowed.join(", ")}.`,
        { field },
      );
    }
  }
}

/** @throws MabeamError `INVALID_INPUT` when an orchestration variable speaks of strangers, or a layout that a team cannot run */
export function checkVariables(shape: TeamShape): void {
  const keys = shape.fields.members.map(({ key }) => key);
  for (const variable of [shape.selection, shape.topology]) {
    const stranger = variable?.agents.find((agent) => !keys.includes(agent));
    if (stranger === undefined) continue;
    throw invalidInput(
      "unknown-agent",
      `"${variable?.id}" speaks of "${stranger}", which is not in the team: ${keys.join(", ")}.`,
    );
  }
  if (shape.topology !== undefined && !topologyPatterns.includes(shape.topology.value.pattern)) {
    throw invalidInput("unknown-pattern", `A team cannot be laid out as "${shape.topology.value.pattern}".`);
  }
}
