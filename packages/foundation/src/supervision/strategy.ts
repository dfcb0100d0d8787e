/**
 * What follows the end of a child, as Erlang/OTP's `supervisor` decides it. Pure: the list and the fact in, a plan out;
 * supervisor.ts carries it out.
 */
import type { Exit, RestartPolicy } from "./child.ts";

/**
 * Who is restarted with a child that failed: it alone, all children, or those that were added after it (they may rely on
 * it).
 */
export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one";

/** Whether a supervisor ends itself with its significant children: never, with the first, with the last. */
export type AutoShutdown = "never" | "any_significant" | "all_significant";

/** What the decisions need to know of a child in the list. */
export interface Listed {
  readonly child: { readonly restart: RestartPolicy; readonly significant?: boolean };
  /** Whether restarts of the group include it: it has been up, and is not gone for good. */
  readonly isListed: boolean;
  /** Whether there is something to end: a life, or what a life left behind. */
  readonly isLive: boolean;
}

/** First stop, one after another, then start, one after another. */
export interface RestartPlan<M> {
  /** In reverse of the start order, without the one that failed. */
  readonly stop: readonly M[];
  /**
   * In start order, with the one that failed. Who had been stopped, or was done, starts again with its group; temporary
   * children share the end of their group, but not its restart.
   */
  readonly start: readonly M[];
}

/** @param members in start order; `failed` is one of them, and not temporary */
export function planRestart<M extends Listed>(strategy: Strategy, members: Iterable<M>, failed: M): RestartPlan<M> {
  if (strategy === "one_for_one") return { stop: [], start: [failed] };
  const scope: M[] = [];
  let isReached = strategy === "one_for_all";
  for (const member of members) {
    isReached ||= member === failed;
    if (isReached && (member.isListed || member === failed)) scope.push(member);
  }
  return {
    stop: scope.filter((member) => member !== failed && member.isLive).toReversed(),
    start: scope.filter((member) => member.child.restart !== "temporary"),
  };
}

/** What becomes of a child whose life ended by itself: whether it starts again. */
export function restartsAfter(restart: RestartPolicy, kind: Exit["kind"]): boolean {
  switch (restart) {
    case "permanent":
      return true;
    case "transient":
      return kind === "crash";
    case "temporary":
      return false;
  }
}

/**
 * Whether the supervisor ends because `ended` did, by itself and not to be restarted.
 * @param members all children; whether `ended` is among them makes no difference
 */
export function shutsDown<M extends Listed>(autoShutdown: AutoShutdown, members: Iterable<M>, ended: M): boolean {
  if (autoShutdown === "never" || ended.child.significant !== true) return false;
  if (autoShutdown === "any_significant") return true;
  for (const member of members) {
    if (member !== ended && member.child.significant === true && member.isLive) return false;
  }
  return true;
}
