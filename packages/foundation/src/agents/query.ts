/** Queries as they come from outside: checked, and kept apart from what their owner does with them afterwards. */
import { describe } from "../core/describe.ts";
import { invalidInput } from "../core/errors.ts";
import { checkId, checkNumber, checkOptions, checkStrings } from "../core/validate.ts";
import { operatorTests, type AgentQuery, type AgentStatus, type WhereOperators } from "./info.ts";

const criteria: readonly string[] = [
  "capability",
  "capabilities",
  "role",
  "tag",
  "status",
  "node",
  "where",
] satisfies (keyof AgentQuery)[];

const statuses: readonly AgentStatus[] = [
  "registered",
  "starting",
  "running",
  "stopping",
  "stopped",
  "failed",
  "migrating",
];

const operators = Object.keys(operatorTests);

/** @throws MabeamError `INVALID_INPUT` for an unknown criterion, status or operator, or a value of the wrong kind */
export function checkQuery(query: AgentQuery): void {
  checkOptions(query, criteria, "a query");
  for (const criterion of ["capability", "role", "tag", "node"] as const) {
    if (query[criterion] !== undefined) checkId(query[criterion], criterion);
  }
  if (query.capabilities !== undefined) checkStrings(query.capabilities, "capabilities");
  if (query.status !== undefined && !statuses.includes(query.status)) {
    throw invalidInput("unknown-status", `"${describe(query.status)}" is no status; there are ${statuses.join(", ")}.`);
  }
  if (query.where !== undefined) checkWhere(query.where);
}

/** A query that its owner cannot change any more. */
export function copyQuery(query: AgentQuery): AgentQuery {
  const copy = { ...query };
  if (query.capabilities !== undefined) copy.capabilities = [...query.capabilities];
  if (query.where !== undefined) copy.where = copyWhere(query.where);
  return copy;
}

function copyWhere(where: Record<string, WhereOperators>): Record<string, WhereOperators> {
  return Object.fromEntries(
    Object.entries(where).map(([path, conditions]) => [
      path,
      Object.fromEntries(
        Object.entries(conditions).map(([name, operand]) => [name, Array.isArray(operand) ? [...operand] : operand]),
      ),
    ]),
  );
}

function checkWhere(where: Record<string, WhereOperators>): void {
  checkOptions(where, Object.keys(where ?? {}), "where");
  for (const [path, conditions] of Object.entries(where)) {
    checkOptions(conditions, operators, `the condition on "${path}"`);
    if (Object.keys(conditions).length === 0) {
      throw invalidInput("no-operator", `The condition on "${path}" is empty; give an operator, as { eq: 1 }.`);
    }
    for (const [name, operand] of Object.entries(conditions)) checkOperand(name, operand);
  }
}

function checkOperand(name: string, operand: unknown): void {
  switch (name) {
    case "in":
    case "notIn":
      if (!Array.isArray(operand)) {
        throw invalidInput("not-a-list", `The operator "${name}" takes a list, not ${describe(operand)}.`);
      }
      for (const each of operand) checkScalar(each, `Each of the list of "${name}"`);
      return;
    case "eq":
    case "neq":
      checkScalar(operand, `The operand of "${name}"`);
      return;
    default:
      checkNumber(operand, `The operand of "${name}"`);
  }
}

function checkScalar(value: unknown, what: string): void {
  if (typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number" && !Number.isNaN(value)) return;
  throw invalidInput(
    "not-a-scalar",
    `${what} must be a string, a number or true or false, not ${describe(value)}; nothing else compares by value.`,
  );
}
