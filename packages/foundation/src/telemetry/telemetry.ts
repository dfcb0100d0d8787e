/**
 * Spans over `@opentelemetry/api`, named `mabeam.*`. Without an SDK there is no span and no context to carry, and the
 * cost is one look at whether there is an SDK by now.
 */
import { describe } from "../core/describe.ts";
import { context, SpanKind, SpanStatusCode, trace, type Context, type Span, type Tracer } from "@opentelemetry/api";

export type { Context, Tracer } from "@opentelemetry/api";

/** What a span may say. */
export type SpanAttributes = Record<string, string | number | boolean>;

export interface Telemetry {
  /** Whether anybody traces. Looked at once a burst, by {@link refresh}. */
  readonly isOn: boolean;
  refresh(): void;
  /** The caller's context, to be carried with a message. */
  active(): Context;
  /** Runs `work` in a span that is a child of `parent`, and ends it with the outcome. */
  span<T>(name: string, attributes: SpanAttributes, parent: Context, work: () => T): T;
}

/** Where `@opentelemetry/api` 1.x keeps what an SDK has registered: asking it for a no-op costs more than looking. */
const registered = Symbol.for("opentelemetry.js.api.1");

/** @param tracer default: the global provider's, looked up at each span so that an SDK may be registered later */
export function createTelemetry(tracer?: Tracer): Telemetry {
  let api: { context?: unknown; trace?: unknown } | undefined;
  return {
    isOn: tracer !== undefined,
    refresh() {
      if (tracer !== undefined) return;
      api ??= (globalThis as { [registered]?: { context?: unknown; trace?: unknown } })[registered];
      (this as { isOn: boolean }).isOn = api !== undefined && (api.context !== undefined || api.trace !== undefined);
    },
    active: () => context.active(),
    span: (name, attributes, parent, work) => {
      const source = tracer ?? trace.getTracer("@mabeam/foundation");
      const span = source.startSpan(name, { kind: SpanKind.INTERNAL, attributes }, parent);
      if (!span.isRecording()) return context.with(parent, work);
      return context.with(trace.setSpan(parent, span), () => endWith(span, work));
    },
  };
}

function endWith<T>(span: Span, work: () => T): T {
  try {
    const result = work();
    if (!(result instanceof Promise)) {
      span.end();
      return result;
    }
    return result.then(
      (value) => {
        span.end();
        return value;
      },
      (error: unknown) => failWith(span, error),
    ) as T;
  } catch (error) {
    return failWith(span, error);
  }
}

function failWith(span: Span, error: unknown): never {
  span.recordException(error instanceof Error ? error : describe(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
  throw error;
}
