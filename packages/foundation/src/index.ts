/** `@mabeam/foundation`: supervised agents, orchestration variables and coordination protocols for any Node service. */

// The system
export { createMabeam } from "./mabeam.ts";
export type { Mabeam, MabeamEvents, MabeamOptions, SystemStatus } from "./system/contract.ts";

// Agents
export {
  defineAgent,
  type AgentContext,
  type AgentDefinition,
  type AgentOptions,
  type Backoff,
  type Handlers,
  type Health,
  type StopReason,
} from "./agents/define.ts";
export type { AgentRef, AskOptions } from "./agents/ref.ts";
export type { AgentRegistry } from "./agents/registry.ts";
export type { AgentChange, AgentInfo, AgentQuery, AgentStatus, WhereOperators } from "./agents/info.ts";
export type { AgentEvents } from "./agents/agent-events.ts";
export type { Directive, DirectiveAction, DirectiveOutcome } from "./agents/directive.ts";
export type { AgentVariables, SetOptions, VariableChange } from "./agents/variable-access.ts";

// Supervision
export type { AgentNode, Supervision, SupervisionTree, SupervisorNode, SupervisorOptions } from "./supervision/tree.ts";

// Resources
export type {
  Capacity,
  DimensionUtilization,
  RateCapacity,
  ResourceEvents,
  ResourcePool,
  ResourceRequestOptions,
} from "./resources/resource-pool.ts";
export type { Lease, LeaseStatus } from "./resources/lease.ts";
export type { AgentResources } from "./agents/resource-access.ts";

// Variables and orchestration
export type { Variables } from "./variables/store.ts";
export type {
  CoordinationContext,
  OrchestrationVariable,
  VariableConstraint,
  VariableType,
  VariableView,
} from "./variables/variable.ts";
export type { VariableHistory } from "./variables/history.ts";
export { agentSelection, type AgentSelection, type AgentSelectionOptions } from "./variables/kinds/agent-selection.ts";
export {
  communicationTopology,
  topologyEdges,
  topologyPatterns,
  type CommunicationTopology,
  type CommunicationTopologyOptions,
  type Topology,
  type TopologyEdge,
  type TopologyPattern,
  type TopologyShape,
} from "./variables/kinds/communication-topology.ts";
export { parameter, type ParameterOptions, type ValueSchema } from "./variables/kinds/parameter.ts";
export type { CoordinationOptions, CoordinationReport } from "./orchestration/coordinator.ts";

// Coordination
export type { BuiltInProtocols, Protocols, SessionSummary } from "./coordination/protocols.ts";
export type {
  Decision,
  Outcome,
  Protocol,
  ProtocolEvents,
  ProtocolHost,
  ProtocolOptions,
  ProtocolRequest,
  Round,
  Session,
  SessionEvent,
  SessionStatus,
} from "./coordination/protocol.ts";
export { participant, type Behaviours } from "./coordination/participant.ts";

// Journal
export type { Journal, JournalEntry } from "./journal/journal.ts";
export { memoryJournal } from "./journal/memory.ts";
export { fileJournal, type FileJournalOptions } from "./journal/file-journal.ts";

// Telemetry
export type { Logger } from "./telemetry/log.ts";
export type { AgentMetrics } from "./telemetry/latency-window.ts";

// What everything stands on
export {
  invalidInput,
  isMabeamError,
  MabeamError,
  type FoundationErrorCode,
  type MabeamErrorOptions,
} from "./core/errors.ts";
export { abortable, abortedError, throwIfAborted } from "./core/abort.ts";
export { breather, systemClock, type Clock, type Timer } from "./core/clock.ts";
export { hash32, seededRandom, type Random } from "./core/random.ts";
export { canonicalJson, type Json } from "./core/json.ts";
export { checkId, checkOptions } from "./core/validate.ts";
export { Events } from "./core/events.ts";
