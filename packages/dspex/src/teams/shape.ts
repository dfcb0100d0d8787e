/** What a user says about a team, checked: which programs, what it answers, and which of its dimensions are given. Pure. */
import {
  checkOptions,
  invalidInput,
  topologyPatterns,
  type AgentOptions,
  type AgentSelection,
  type CommunicationTopology,
  type OrchestrationVariable,
} from "@mabeam/foundation";
import type { AnyProgram, Program } from "../programs/program.ts";
import { jsonSchemaOf, type Field } from "../signatures/field-schema.ts";
import { averaging, confidenceField, voting, type Aggregation } from "./aggregation.ts";
import { teamFields, type TeamFields } from "./fields.ts";

/** What `createTeam` takes beside the programs. */
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

/** Programs by key, as a team takes them. */
export type Programs = Readonly<Record<string, Program<any, any>>>;

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

/** @throws MabeamError `INVALID_INPUT` for anything that no team can be made of */
export function shapeOf(programs: Programs, options: TeamOptions): TeamShape {
  checkKeys(programs);
  checkOptions(options, ["id", "output", "topology", "aggregate", "variables", "rounds", "agents"], "createTeam");
  const { output, variables = [], aggregate = {}, rounds = 1 } = options;
  const outputs = typeof output === "string" ? [output] : output;
  if (!Array.isArray(outputs) || outputs.length === 0 || new Set(outputs).size !== outputs.length)
    throw invalidInput("no-output", "A team needs output, the fields that it answers, each once.");
  if (!Number.isInteger(rounds) || rounds < 1)
    throw invalidInput("invalid-number", `rounds must be a whole number from 1, not ${rounds}.`);
  if (!Array.isArray(variables))
    throw invalidInput("invalid-variables", "variables must be a list of orchestration variables.");
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

/** Shared fields that are settled by a rule of their own: all but the confidence that accompanies another field. */
export function settledFields(shape: TeamShape): Field[] {
  const shared = [...shape.fields.shared.values()];
  return shared.filter(({ name }) => name !== confidenceField || shared.length === 1);
}

/** The rules that can settle a field. */
export function aggregationsFor(shape: TeamShape, field: Field): Aggregation[] {
  const type = jsonTypeOf(field);
  const sayHowSure = shape.fields.members.some(
    ({ writes }) => writes.includes(field.name) && field.name !== confidenceField && writes.includes(confidenceField),
  );
  const options = voting.filter((rule) => rule !== "highest_confidence" || sayHowSure);
  return type === "number" || type === "integer" ? [...averaging, ...options] : options;
}

/** What JSON Schema calls the field's type, if it can tell. */
export function jsonTypeOf(field: Field): unknown {
  return jsonSchemaOf(field)?.type;
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

/** @throws MabeamError `INVALID_INPUT` for an aggregation of a field that needs none, or that does not fit it */
function checkAggregations(shape: TeamShape): void {
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

const reserved = new Set(["members", "topology", "rounds", "aggregation", "weights"]);

/** @throws MabeamError `INVALID_INPUT` when an orchestration variable speaks of strangers, or a layout that a team cannot run */
function checkVariables(shape: TeamShape): void {
  const keys = shape.fields.members.map(({ key }) => key);
  for (const variable of [shape.selection, shape.topology]) {
    if (variable !== undefined && reserved.has(variable.id.split(".")[0] as string)) {
      const message = `"${variable.id}" would be taken for another dimension of the team (team.${variable.id}): give the variable another id.`;
      throw invalidInput("reserved-id", message, { variable: variable.id });
    }
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
