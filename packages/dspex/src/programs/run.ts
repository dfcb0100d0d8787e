/** One call of a program: inputs checked, the author's function run, outputs checked, everything written down. */
import { abortable, systemClock, throwIfAborted } from "@mabeam/foundation";
import type { Fields } from "../signatures/signature.ts";
import { expectSignal } from "../variables/expect-shape.ts";
import { checkInputs, checkOutputs } from "./check-fields.ts";
import { openCall, type Runnable } from "./call.ts";
import { prediction, type Prediction } from "./prediction.ts";
import type { ForwardOptions } from "./program.ts";
import { failureOf, type TraceEntry } from "./trace.ts";

/** Runs it once; `options.config` and `options.learned` are already in `runnable`. */
export async function runOnce(runnable: Runnable, given: unknown, options: ForwardOptions): Promise<Prediction> {
  const { name, signature, forward } = runnable.layout;
  const { signal, clock = systemClock } = options;
  expectSignal(signal);
  const call = openCall(runnable, options);
  const start = clock.monotonic();
  let inputs: Fields = typeof given === "object" && given !== null ? (given as Fields) : {};
  const finish = (end: Pick<TraceEntry, "outputs"> | Pick<TraceEntry, "error">): TraceEntry[] => {
    const latencyMs = clock.monotonic() - start;
    const steps = call.steps({ program: name, inputs, ...end, latencyMs });
    options.trace?.push(...steps);
    return steps;
  };
  const work = async (): Promise<Fields> => {
    inputs = await checkInputs(name, signature, given);
    // Whoever gave up while inputs were checked does not pay for what comes after.
    throwIfAborted(signal);
    return checkOutputs(name, signature, await forward(inputs, call.context));
  };
  try {
    throwIfAborted(signal);
    const outputs = await abortable(work(), signal);
    const trace = finish({ outputs });
    const { latencyMs } = trace[0] as TraceEntry;
    const { trajectory } = call;
    return prediction(outputs, { latencyMs, trace, ...(trajectory === undefined ? {} : { trajectory }) });
  } catch (error) {
    finish({ error: failureOf(error) });
    throw error;
  }
}
