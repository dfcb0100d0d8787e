/** A child that does what a test tells it, writes down what is done to it, and objects to lives that overlap. */
import type { StopReason } from "../agents/define.ts";
import type { Soon } from "../core/steps.ts";
import type { Child, Exit, RestartPolicy } from "./child.ts";
import type { Supervisor } from "./supervisor.ts";

export class ScriptedChild implements Child {
  readonly id: string;
  readonly type = "agent";
  readonly restart: RestartPolicy;
  readonly significant: boolean;
  status: "new" | "starting" | "up" | "down" | "stopping" | "stopped" | "failed" = "new";
  error: unknown;
  /** How many of the next begins fail. */
  failures = 0;
  /** Its end leaves no trace. */
  isKilled = false;
  /** When set, begins and ends wait until the test lets them go on. */
  isSlow = false;
  readonly #log: (line: string) => void;
  /** Set while a begin or an end waits. */
  goOn: ((how?: "interrupted") => void) | undefined;

  constructor(
    id: string,
    log: (line: string) => void,
    options: { restart?: RestartPolicy; significant?: boolean } = {},
  ) {
    this.id = id;
    this.restart = options.restart ?? "permanent";
    this.significant = options.significant ?? false;
    this.#log = log;
  }

  get isUp(): boolean {
    return this.status === "up";
  }

  begin(_why: "start" | "restart"): Soon<boolean> {
    if (!["new", "down", "stopped", "failed"].includes(this.status))
      throw new Error(`${this.id} begins ${this.status}`);
    this.status = "starting";
    if (!this.isSlow) return this.#begun();
    this.#log(`begin:${this.id}`);
    return new Promise((resolve) => {
      this.goOn = (how) => {
        this.goOn = undefined;
        resolve(this.#begun(how));
      };
    });
  }

  interrupt(): void {
    if (this.status === "starting") this.goOn?.("interrupted");
  }

  end(reason: StopReason): Soon<void> {
    const isOver = this.status === "down" && reason === "restart";
    if (isOver || ["new", "starting", "stopping"].includes(this.status))
      throw new Error(`${this.id} ends ${this.status}`);
    if (this.status === "up" && !this.isKilled) this.#log(`terminate:${this.id}::shutdown`);
    const after = reason === "restart" ? "down" : "stopped";
    if (!this.isSlow || this.status !== "up") {
      this.status = after;
      return;
    }
    this.status = "stopping";
    return new Promise((resolve) => {
      this.goOn = () => {
        this.goOn = undefined;
        this.status = after;
        this.#log(`ended:${this.id}:${reason}`);
        resolve();
      };
    });
  }

  fail(): void {
    if (this.status !== "down") throw new Error(`${this.id} fails ${this.status}`);
    this.status = "failed";
  }

  /** Its life ends by itself; nobody is told yet. A killed one has no last word. */
  die(kind: Exit["kind"] = "crash", reason: string = ":boom"): Exit {
    if (this.status !== "up") throw new Error(`${this.id} dies ${this.status}`);
    this.error = kind === "crash" ? new Error(`${this.id} crashed`) : undefined;
    this.status = "down";
    if (reason !== ":kill") this.#log(`terminate:${this.id}:${reason}`);
    return kind === "crash" ? { kind, error: this.error } : { kind };
  }

  crash(supervisor: Supervisor): void {
    supervisor.exited(this, this.die());
  }

  #begun(how?: "interrupted"): boolean {
    const fails = how === "interrupted" || this.failures > 0;
    if (this.failures > 0) this.failures--;
    this.status = fails ? "down" : "up";
    if (fails) this.error = new Error(`${this.id} does not start`);
    this.#log(fails ? `fail_start:${this.id}` : `start:${this.id}`);
    return !fails;
  }
}
