/** A contestant's process in one case, from outside: a line asks for a round, a line answers with its figures. */
import { spawn, spawnSync, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Figures } from "./case.ts";
import type { ContestantName } from "./contestant.ts";
import type { Scale } from "./scale.ts";

const otpScript = fileURLToPath(new URL("contestants/otp.exs", import.meta.url));

/** The versions of Elixir and of Erlang/OTP, or `undefined` when they are not installed. */
export function otpVersion(): string | undefined {
  const { stdout, status } = spawnSync("elixir", ["--version"], { encoding: "utf8" });
  if (status !== 0) return undefined;
  return `Erlang/OTP ${/Erlang\/OTP (\d+)/.exec(stdout)?.[1]}, Elixir ${/Elixir (\S+)/.exec(stdout)?.[1]}`;
}

function command(contestant: ContestantName, caseName: string, scale: Scale, child: string): [string, string[]] {
  if (contestant !== "otp") {
    return [process.execPath, ["--expose-gc", child, contestant, caseName, JSON.stringify(scale)]];
  }
  const sizes = Object.entries(scale).map(([name, size]) => `${name}=${size}`);
  // One scheduler: what one JavaScript thread can be compared with.
  return ["elixir", ["--erl", "+S 1:1", otpScript, caseName, ...sizes]];
}

const longestSilenceMs = 60_000;

export class Competitor {
  readonly contestant: ContestantName;
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  private constructor(contestant: ContestantName, process: ChildProcessByStdio<Writable, Readable, null>) {
    this.contestant = contestant;
    this.#process = process;
    this.#lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  }

  /**
   * Starts and prepares it; `undefined` when it does not take part in this case.
   * @param child path of the compiled `child.ts`
   */
  static async start(
    contestant: ContestantName,
    caseName: string,
    scale: Scale,
    child: string,
  ): Promise<Competitor | undefined> {
    const [file, words] = command(contestant, caseName, scale, child);
    const competitor = new Competitor(contestant, spawn(file, words, { stdio: ["pipe", "pipe", "inherit"] }));
    const { ready } = await competitor.#answer();
    if (ready === 1) return competitor;
    await competitor.stop();
    return undefined;
  }

  round(): Promise<Figures> {
    this.#process.stdin.write("\n");
    return this.#answer();
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const over = once(this.#process, "exit");
    // What it holds is of no use to anybody: nothing has to be put away.
    this.#process.kill("SIGKILL");
    await over;
  }

  async #answer(): Promise<Figures> {
    // Elixir can die in its compiler and leave its machine running: then nothing more is ever said.
    const silence = setTimeout(() => void this.stop(), longestSilenceMs);
    const { value, done } = await this.#lines.next();
    clearTimeout(silence);
    const answer = done === true ? { error: "The process has ended." } : (JSON.parse(value) as Figures);
    if (!("error" in answer)) return answer;
    await this.stop();
    throw new Error(`${this.contestant}: ${String(answer.error)}`);
  }
}
