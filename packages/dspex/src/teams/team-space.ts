/**
 * Everything that can be tuned about a team, in one space: who takes part, who sees whom, how many rounds, how a
 * shared field is settled, how much each member's word counts, and each member's own variables under `<key>.`. A
 * dimension that cannot vary is absent. The same file reads a configuration back into a plan. Pure.
 */
import type { OrchestrationVariable } from "@mabeam/foundation";
import type { AnyProgram } from "../programs/program.ts";
import type { Field } from "../signatures/field-schema.ts";
import { choice } from "../variables/choice.ts";
import type { Configuration } from "../variables/configuration.ts";
import type { Constraint } from "../variables/constraints.ts";
import { float } from "../variables/float.ts";
import { integer } from "../variables/integer.ts";
import { space, type Space } from "../variables/space.ts";
import type { Variable } from "../variables/variable.ts";
import type { Aggregation } from "./aggregation.ts";
import { answerable, canBeLeftOut, canEverAnswer, isMember, membership } from "./membership.ts";
import { someoneListens, type TeamPattern, type TeamPlan } from "./plan.ts";
import { aggregationsFor, dimension, jsonTypeOf, settledFields, type TeamShape } from "./shape.ts";
import { sightOf } from "./sight.ts";

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
  const constraints = [...(canEverAnswer(shape) ? [answerable(shape)] : []), ...givenLaws(shape)];
  return space(variables, { constraints }) as Space;
}

/** The laws that came with the user's own variables: what they refuse live, the space refuses too. */
function givenLaws(shape: TeamShape): Constraint[] {
  const { selection, topology } = shape;
  const laws = (variable: OrchestrationVariable, name: string, valueOf: (chosen: unknown) => unknown): Constraint[] =>
    (variable.constraints ?? []).map(({ name: law, check, message }) => ({
      name: `${name}: ${law}`,
      variables: [name],
      ...(message === undefined ? {} : { message }),
      check: (config) => {
        const value = valueOf(config[name]);
        return check(value, { get: (id) => (id === variable.id ? value : undefined) });
      },
    }));
  const laidOut = (pattern: unknown): unknown => ({
    pattern,
    edges: sightOf(topology, pattern as TeamPattern, shape.fields.members).edges.map((edge) => ({
      type: "data",
      ...edge,
    })),
  });
  return [
    ...(selection === undefined || shape.fields.members.length < 2
      ? []
      : laws(selection, dimension.members(shape), (chosen) => chosen)),
    ...(topology === undefined || !someoneListens(shape.fields.members)
      ? []
      : laws(topology, dimension.topology(shape), laidOut)),
  ];
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
    integers: new Set(settledFields(shape).flatMap((field) => (jsonTypeOf(field) === "integer" ? [field.name] : []))),
    weights: new Map(
      members.flatMap(({ key }) => {
        const weight = config[dimension.weight(key)];
        return typeof weight === "number" ? [[key, weight]] : [];
      }),
    ),
  };
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
