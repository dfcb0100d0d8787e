/** Agents with a thread of their own. What runs them is loaded with the first one. */
import type { Executor } from "../agents/executor.ts";
import { isPromise } from "../core/steps.ts";

export class LateThreads implements Executor {
  readonly #module: URL | string;
  #threads: Executor | undefined;

  constructor(module: URL | string) {
    this.#module = module;
  }

  start: Executor["start"] = async (life, kept) => {
    const { threadExecutor } = await import("../agents/thread/executor.ts");
    this.#threads ??= threadExecutor(this.#module);
    const started = this.#threads.start(life, kept);
    return isPromise(started) ? await started : started;
  };
  handle: Executor["handle"] = (life, message) => this.#threads?.handle(life, message);
  stop: Executor["stop"] = (life, reason) => this.#threads?.stop(life, reason);
  health: Executor["health"] = (life) => this.#threads?.health(life);
  leave: Executor["leave"] = (life) => this.#threads?.leave(life);
}
