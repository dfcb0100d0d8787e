/** What the registry says about an agent, and which agents a query means. Pure. */
import type { AgentMetrics } from "../telemetry/latency-window.ts";

/** Where an agent stands in its life. `migrating` is for clusters. */
export type AgentStatus = "registered" | "starting" | "running" | "stopping" | "stopped" | "failed" | "migrating";

/**
 * What is known of one agent: its facts as they were when this was made, and two gauges, `mailboxDepth` and `metrics`,
 * that are read from the agent whenever they are looked at. Frozen; a spread or JSON takes the gauges' present values.
 */
export interface AgentInfo {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly role: string;
  readonly capabilities: readonly string[];
  readonly tags: readonly string[];
  readonly status: AgentStatus;
  readonly node: string;
  /** Automatic and asked-for restarts since registration. */
  readonly restarts: number;
  /** Start of the present incarnation, milliseconds since the epoch; undefined before the first. */
  readonly startedAt: number | undefined;
  /** Messages waiting, now. */
  readonly mailboxDepth: number;
  /** How it has done lately, as of now. */
  readonly metrics: AgentMetrics;
  /** What it was registered with, by dimension. */
  readonly resources: Readonly<Record<string, number>>;
}

/** The part of {@link AgentInfo} that stays as it was when it was made. */
export type AgentFacts = Omit<AgentInfo, "mailboxDepth" | "metrics">;

/** Where an info reads what changes too often to be told. */
export interface Gauges {
  readonly mailboxDepth: number;
  metrics(): AgentMetrics;
}

/** The metrics of an agent that has handled nothing yet. */
export const noMetrics: AgentMetrics = Object.freeze({
  throughput: 0,
  p50Ms: 0,
  p95Ms: 0,
  p99Ms: 0,
  errorRate: 0,
  handled: 0,
  failed: 0,
});

const gauges = Symbol("gauges");

/** An info with the means to read its gauges, which nobody sees: neither enumeration nor a spread finds them. */
interface Gauged {
  readonly [gauges]: Gauges;
}

// One pair of functions for all infos: getters of their own would cost each info its shape, and half a kilobyte.
const gaugeProperties: PropertyDescriptorMap & ThisType<Gauged> = {
  mailboxDepth: {
    enumerable: true,
    get() {
      return this[gauges].mailboxDepth;
    },
  },
  metrics: {
    enumerable: true,
    get() {
      return this[gauges].metrics();
    },
  },
};

/** An info of these facts. What they refer to is copied unless it is frozen, so that the info cannot change. */
export function makeInfo(facts: AgentFacts, from: Gauges): AgentInfo {
  const info = {
    id: facts.id,
    name: facts.name,
    version: facts.version,
    role: facts.role,
    capabilities: frozenList(facts.capabilities),
    tags: frozenList(facts.tags),
    status: facts.status,
    node: facts.node,
    restarts: facts.restarts,
    startedAt: facts.startedAt,
    resources: Object.isFrozen(facts.resources) ? facts.resources : Object.freeze({ ...facts.resources }),
  };
  Object.defineProperty(info, gauges, { value: from });
  return Object.freeze(Object.defineProperties(info, gaugeProperties)) as AgentInfo;
}

function frozenList(list: readonly string[]): readonly string[] {
  return Object.isFrozen(list) ? list : Object.freeze([...list]);
}

/** A change that {@link AgentRegistry.watch} reports. */
export interface AgentChange {
  type: "added" | "changed" | "removed";
  agent: AgentInfo;
}

type Scalar = string | number | boolean;
/** One condition of `where`; several operators must all hold. */
export interface WhereOperators {
  eq?: Scalar;
  neq?: Scalar;
  gt?: number;
  gte?: number;
  lt?: number;
  lte?: number;
  in?: readonly Scalar[];
  notIn?: readonly Scalar[];
}

/** Which agents are meant. No criteria, or an empty capability list, match every agent. */
export interface AgentQuery {
  capability?: string;
  /** All of them. */
  capabilities?: readonly string[];
  role?: string;
  tag?: string;
  status?: AgentStatus;
  node?: string;
  /** Conditions on dotted paths of {@link AgentInfo}: `{ "metrics.errorRate": { lt: 0.1 } }`. */
  where?: Record<string, WhereOperators>;
}

/** The facts by which agents are indexed. Agents and infos have them. */
export type Traits = Pick<AgentInfo, "capabilities" | "role" | "tags" | "status">;

/** Whether `info` meets every criterion of `query`. */
export function matchesQuery(info: AgentInfo, query: AgentQuery): boolean {
  return matchesTraits(info, query) && matchesRest(info, query);
}

/** Whether the criteria hold that traits suffice for. */
export function matchesTraits(traits: Traits, query: AgentQuery): boolean {
  return (
    (query.capability === undefined || traits.capabilities.includes(query.capability)) &&
    (query.capabilities === undefined || query.capabilities.every((each) => traits.capabilities.includes(each))) &&
    (query.role === undefined || traits.role === query.role) &&
    (query.tag === undefined || traits.tags.includes(query.tag)) &&
    (query.status === undefined || traits.status === query.status)
  );
}

/** Whether `query` has criteria that traits do not suffice for. */
export function asksForMore(query: AgentQuery): boolean {
  return query.node !== undefined || query.where !== undefined;
}

/** Whether the criteria hold that {@link matchesTraits} leaves out. */
export function matchesRest(info: AgentInfo, query: AgentQuery): boolean {
  return (
    (query.node === undefined || info.node === query.node) &&
    (query.where === undefined ||
      Object.entries(query.where).every(([path, operators]) => holds(valueAt(info, path), operators)))
  );
}

function valueAt(info: AgentInfo, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null && Object.hasOwn(value, key)
          ? (value as Record<string, unknown>)[key]
          : undefined,
      info,
    );
}

/** When an operator holds of a value. A list equals whatever it contains. */
export const operatorTests: Record<keyof WhereOperators, (value: unknown, operand: any) => boolean> = {
  eq: (value, operand) => (Array.isArray(value) ? value.includes(operand) : value === operand),
  neq: (value, operand) => (Array.isArray(value) ? !value.includes(operand) : value !== operand),
  gt: (value, operand) => typeof value === "number" && value > operand,
  gte: (value, operand) => typeof value === "number" && value >= operand,
  lt: (value, operand) => typeof value === "number" && value < operand,
  lte: (value, operand) => typeof value === "number" && value <= operand,
  in: (value, operand) => isAnyOf(value, operand),
  notIn: (value, operand) => !isAnyOf(value, operand),
};

function isAnyOf(value: unknown, list: readonly unknown[]): boolean {
  return Array.isArray(value) ? value.some((each) => list.includes(each)) : list.includes(value);
}

function holds(value: unknown, operators: WhereOperators): boolean {
  return Object.entries(operators).every(([name, operand]) =>
    operatorTests[name as keyof WhereOperators](value, operand),
  );
}
