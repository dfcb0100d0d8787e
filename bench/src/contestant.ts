/**
 * What a JavaScript actor system has to offer to take part. All run the same agents: counters, whose `add` takes an
 * amount and gives the new total. What a system does not have it leaves out, and the table shows a dash.
 */

/** At once, or later. */
export type Soon<T> = T | Promise<T>;

export interface Contestant {
  readonly name: ContestantName;
  open(): Soon<World>;
}

export type ContestantName = "mabeam" | "floor" | "xstate" | "nact" | "otp";

/** Default: no capability, the mailbox and the restart intensity that the system gives by itself. */
export interface SpawnOptions {
  readonly capability?: string;
  /** Of the mailbox, where mailboxes are bounded. */
  readonly capacity?: number;
  /** Within a second, where restarts are counted. */
  readonly maxRestarts?: number;
}

/** One running system. */
export interface World<Handle = any> {
  /** Makes a counter that is supervised and can be found by its id. */
  spawn(id: string, options?: SpawnOptions): Soon<unknown>;
  /** What a caller keeps in order to talk to the agent again, also after a restart. */
  handle(id: string): Handle;
  add(handle: Handle, amount: number): Promise<number>;
  /** The same for a caller who kept nothing but the id. */
  addById(id: string, amount: number): Promise<number>;
  /** `add`, and nobody waits. */
  tell(handle: Handle, amount: number): void;
  close(): Soon<void>;

  has?(id: string): boolean;
  /** How many agents have the capability, seen from the list that a user gets. */
  holders?(capability: string): number;
  /** Ends the agent and forgets it. */
  retire?(id: string): Soon<unknown>;
  /** Makes the agent's handler throw: it is restarted, and its total is 0 again. */
  crash?(handle: Handle): void;
  /** Makes counters under one supervisor that restarts all when one crashes. `false`: not available here. */
  group?(ids: readonly string[]): Promise<boolean>;
  /** `count` times `tell` in one go, in a system where they then wait in a mailbox. */
  backlog?(handle: Handle, count: number): void;
  readonly bounded?: Bounded<Handle>;
}

/** What a system with bounded mailboxes can tell about a flood. */
export interface Bounded<Handle> {
  /** Sends a message that keeps the agent waiting for one turn of the event loop. */
  dawdle(handle: Handle): void;
  handled(): number;
  /** Messages that did not fit and were reported. */
  refused(): number;
}
