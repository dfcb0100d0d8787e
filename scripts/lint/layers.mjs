/** Who may import whom: the table of docs and house rules that the lint rule `mabeam/layers` enforces. */

const below = ["core", "journal", "telemetry", "resources"];

/** For each room of `@mabeam/foundation` (a folder of `src`), the rooms that it may import. */
const foundation = {
  core: [],
  journal: ["core"],
  telemetry: ["core"],
  resources: ["core"],
  agents: below,
  supervision: [...below, "agents"],
  variables: [...below, "agents", "supervision"],
  mechanisms: ["core"],
  coordination: ["core", "mechanisms", "agents", "variables", "journal"],
  orchestration: ["core", "agents", "variables", "mechanisms", "coordination", "resources"],
  cluster: ["core", "journal", "agents", "variables"],
  testing: ["core", "journal", "cluster", "agents"],
};
// Where everything meets: the composition root, behind the door `mabeam.ts`.
foundation.system = Object.keys(foundation);

const programs = ["lm", "signatures", "variables"];

/** The same for `@mabeam/dspex`. */
const dspex = {
  lm: [],
  signatures: [],
  variables: [],
  programs,
  studies: ["variables"],
  evaluation: [...programs, "programs"],
  agents: [...programs, "programs"],
  teams: [...programs, "programs", "agents"],
  teleprompters: [...programs, "programs", "evaluation", "studies"],
  cli: [...programs, "programs", "studies", "evaluation", "agents", "teams", "teleprompters"],
};

export const rooms = { foundation, dspex };

/** Packages that only some places may import. A place is a room, or a file or folder below `src`. */
export const doors = [
  { modules: /^(@opentelemetry\/|pino($|\/))/, places: ["telemetry"], typesIn: ["system/contract.ts"] },
  { modules: /^@nats-io\//, places: ["cluster/nats", "nats.ts"], typesIn: [] },
  { modules: /^(node:)?timers(\/|$)/, places: ["core/clock.ts"], typesIn: [] },
];

/**
 * What the lower rooms of dspex may take from `@mabeam/foundation`: errors, time, seeded chance, plain JSON and the
 * journal. Agents and everything that lives are for `agents` and `teams`.
 */
export const foundationBasics = new Set(
  `abortable abortedError breather canonicalJson checkId checkOptions Clock Events fileJournal FoundationErrorCode hash32 invalidInput
   isMabeamError Journal JournalEntry Json MabeamError MabeamErrorOptions memoryJournal Random seededRandom systemClock
   throwIfAborted Timer`.split(/\s+/),
);

/** Rooms of dspex that may use all of foundation's public entries. */
export const foundationUsers = new Set(["agents", "teams", "cli", "entry"]);

const mechanism = /^coordination\/([^/]+\/(?!protocol\.ts$)|(decimal|mechanism-input)\.ts$)/;

/** The room of a file, given its path below `src`: "entry" for the files directly there. */
export function roomOf(path) {
  if (!path.includes("/")) return "entry";
  return mechanism.test(path) ? "mechanisms" : path.slice(0, path.indexOf("/"));
}
