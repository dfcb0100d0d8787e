/** Who takes part in a team: which sets of members are possible, and which of them can answer. Pure. */
import type { Configuration } from "../variables/configuration.ts";
import type { Constraint } from "../variables/constraints.ts";
import { subset } from "../variables/subset.ts";
import type { Variable } from "../variables/variable.ts";
import { dimension, type TeamShape } from "./shape.ts";

/** The variable that decides. */
export function membership(shape: TeamShape): Variable {
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

/** Whether `key` takes part when these are chosen; those over whom nobody decides always do. */
export function isMember(shape: TeamShape, chosen: readonly string[] | undefined, key: string): boolean {
  return (
    chosen === undefined ||
    chosen.includes(key) ||
    (shape.selection !== undefined && !shape.selection.agents.includes(key))
  );
}

/** Whether some choice leaves `key` out. */
export function canBeLeftOut(shape: TeamShape, key: string): boolean {
  if (shape.fields.members.length === 1) return false;
  const { selection } = shape;
  return selection === undefined || (selection.agents.includes(key) && !selection.rules.required.includes(key));
}

/** Somebody must be able to write every output. Repaired by taking in members, in the team's order. */
export function answerable(shape: TeamShape): Constraint {
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
