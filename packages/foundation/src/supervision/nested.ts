/** A supervisor as its parent sees it: a permanent child, which ends and begins with all of its own. */
import type { StopReason } from "../agents/define.ts";
import type { Soon } from "../core/steps.ts";
import type { Child } from "./child.ts";
import type { Supervisor } from "./supervisor.ts";

export class NestedSupervisor implements Child {
  readonly type = "supervisor";
  readonly restart = "permanent";
  readonly supervisor: Supervisor;

  constructor(supervisor: Supervisor) {
    this.supervisor = supervisor;
  }

  get id(): string {
    return this.supervisor.spec.id;
  }

  get isUp(): boolean {
    return this.supervisor.status === "running";
  }

  get error(): unknown {
    return this.supervisor.error;
  }

  begin(why: "start" | "restart"): Soon<boolean> {
    return this.supervisor.begin(why);
  }

  interrupt(): void {
    this.supervisor.interrupt();
  }

  end(reason: StopReason): Soon<void> {
    return this.supervisor.end(reason);
  }

  fail(): void {
    this.supervisor.fail();
  }
}
