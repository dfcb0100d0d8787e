/** Spans as an OpenTelemetry SDK sees them: a caller's trace goes on through the agents that it asks. */
import { context, SpanKind, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createMabeam, defineAgent, MabeamError, type AgentContext, type Mabeam } from "../index.ts";
import { testClock } from "../testing.ts";
import { createTelemetry } from "./telemetry.ts";

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer("test");
const systems: Mabeam[] = [];

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterEach(async () => {
  await Promise.all(systems.splice(0).map((mabeam) => mabeam.close()));
  context.disable();
  trace.disable();
  exporter.reset();
});

const asker = (agent: string, handler: string) => (ctx: AgentContext) => ctx.agents.ref(agent).ask(handler);

const worker = defineAgent({
  name: "worker",
  handlers: {
    now: () => "done",
    later: async (ctx) => {
      await new Promise<void>((resolve) => ctx.clock.after(5, resolve));
      return "done";
    },
    crash: () => {
      throw new Error("boom");
    },
    crashLater: async () => {
      await Promise.resolve();
      throw new Error("boom, later");
    },
    refuse: () => {
      throw new MabeamError("INVALID_INPUT", "not that");
    },
  },
});

async function start(telemetry?: { tracer?: Tracer }) {
  const clock = testClock();
  const mabeam = await createMabeam({ clock, seed: 1, ...(telemetry === undefined ? {} : { telemetry }) });
  systems.push(mabeam);
  return { clock, mabeam, agent: await mabeam.registerAgent("worker", worker) };
}

/** Runs `work` in a span of the caller's, and gives that span's id. */
async function calling(work: () => Promise<unknown>): Promise<string> {
  return tracer.startActiveSpan("caller", async (span) => {
    await work().finally(() => span.end());
    return span.spanContext().spanId;
  });
}

const handled = (): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === "mabeam.handle");
const only = (): ReadableSpan => {
  const [span, ...others] = handled();
  expect(others).toEqual([]);
  return span as ReadableSpan;
};

describe("with an SDK", () => {
  test("an ask makes a span that is a child of the caller's, and says who handled what", async () => {
    const { agent } = await start({ tracer });
    const caller = await calling(() => agent.ask("now"));
    const span = only();
    expect(span.parentSpanContext?.spanId).toBe(caller);
    expect(span.attributes).toEqual({ "mabeam.agent.id": "worker", "mabeam.handler": "now" });
    expect(span.kind).toBe(SpanKind.INTERNAL);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.ended).toBe(true);
  });

  test("what an agent asks of another hangs below its own span, also after it has waited", async () => {
    const { clock, mabeam, agent } = await start({ tracer });
    const middle = defineAgent({
      name: "middle",
      handlers: {
        forward: async (ctx) => {
          await ctx.agents.ref<typeof worker>("worker").ask("later");
          return asker("worker", "now")(ctx);
        },
      },
    });
    const ref = await mabeam.registerAgent("middle", middle);
    const caller = await calling(async () => {
      const asked = ref.ask("forward");
      await clock.advance(5);
      await asked;
    });
    const [above] = handled().filter((span) => span.attributes["mabeam.agent.id"] === "middle");
    const below = handled().filter((span) => span.attributes["mabeam.agent.id"] === agent.id);
    expect(above?.parentSpanContext?.spanId).toBe(caller);
    expect(below.map((span) => span.attributes["mabeam.handler"])).toEqual(["later", "now"]);
    expect(below.map((span) => span.parentSpanContext?.spanId)).toEqual([
      above?.spanContext().spanId,
      above?.spanContext().spanId,
    ]);
    expect(new Set(handled().map((span) => span.spanContext().traceId)).size).toBe(1);
  });

  test("asks of two callers that share a mailbox keep to their own traces", async () => {
    const { clock, agent } = await start({ tracer });
    const callers = Promise.all([calling(() => agent.ask("later")), calling(() => agent.ask("later"))]);
    await clock.advance(10);
    expect(handled().map((span) => span.parentSpanContext?.spanId)).toEqual(await callers);
  });

  test.each([
    ["crash", "boom"],
    ["crashLater", "boom, later"],
    ["refuse", "not that"],
  ] as const)(
    "a handler that throws (%s) marks its span as an error, and the error is in it",
    async (handler, said) => {
      const { agent } = await start({ tracer });
      await calling(async () => expect(agent.ask(handler)).rejects.toBeInstanceOf(MabeamError));
      const span = only();
      expect(span.status.code).toBe(SpanStatusCode.ERROR);
      expect(span.events).toMatchObject([{ name: "exception", attributes: { "exception.message": said } }]);
      expect(span.ended).toBe(true);
    },
  );

  test("a tell outside any span starts a trace of its own", async () => {
    const { clock, agent } = await start({ tracer });
    agent.tell("now");
    await clock.settle();
    expect(only().parentSpanContext).toBeUndefined();
  });

  test("one that is registered as the global provider after the system was made is used from then on", async () => {
    const { agent } = await start();
    await agent.ask("now");
    expect(handled()).toEqual([]);
    trace.setGlobalTracerProvider(provider);
    const caller = await calling(() => agent.ask("now"));
    expect(only().parentSpanContext?.spanId).toBe(caller);
  });

  test("two systems with tracers of their own never see each other's spans", async () => {
    const other = new InMemorySpanExporter();
    const elsewhere = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(other)] });
    const { agent } = await start({ tracer });
    const { agent: stranger } = await start({ tracer: elsewhere.getTracer("other") });
    await agent.ask("now");
    await stranger.ask("refuse").catch(() => {});
    expect(handled().map((span) => span.attributes["mabeam.handler"])).toEqual(["now"]);
    expect(other.getFinishedSpans().map((span) => span.attributes["mabeam.handler"])).toEqual(["refuse"]);
  });
});

describe("without an SDK", () => {
  test("nothing is recorded and nothing breaks: answers, refusals and crashes are as ever", async () => {
    const { clock, agent } = await start();
    expect(await agent.ask("now")).toBe("done");
    await expect(agent.ask("refuse")).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(agent.ask("crash")).rejects.toMatchObject({ code: "HANDLER_FAILED", cause: new Error("boom") });
    await clock.settle();
    expect(await agent.ask("now")).toBe("done");
    expect(agent.info().restarts).toBe(1);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  test("the caller's context still reaches the handler, for the user's own spans", async () => {
    const { mabeam } = await start();
    const key = Symbol("tenant");
    const probe = defineAgent({ name: "probe", handlers: { tenant: () => context.active().getValue(key) } });
    const ref = await mabeam.registerAgent("probe", probe);
    const asked = context.with(context.active().setValue(key, "acme"), () => ref.ask("tenant"));
    expect(await asked).toBe("acme");
    expect(await ref.ask("tenant")).toBeUndefined();
  });
});

describe("a span", () => {
  test("gives back exactly what the work gave: a value, a promise's value, a throw, a rejection", async () => {
    const telemetry = createTelemetry(tracer);
    const run = <T>(work: () => T): T => telemetry.span("work", {}, telemetry.active(), work);
    const thrown = new Error("thrown");
    expect(run(() => 7)).toBe(7);
    expect(await run(async () => 8)).toBe(8);
    expect(() =>
      run(() => {
        throw thrown;
      }),
    ).toThrow(thrown);
    await expect(run(() => Promise.reject(thrown))).rejects.toBe(thrown);
    expect(exporter.getFinishedSpans().map((span) => span.status.code)).toEqual([
      SpanStatusCode.UNSET,
      SpanStatusCode.UNSET,
      SpanStatusCode.ERROR,
      SpanStatusCode.ERROR,
    ]);
  });

  test("lasts as long as the promise that the work gave", async () => {
    const telemetry = createTelemetry(tracer);
    let finish = (): void => {};
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const work = telemetry.span("work", {}, telemetry.active(), () => gate);
    await Promise.resolve();
    expect(exporter.getFinishedSpans()).toEqual([]);
    finish();
    await work;
    expect(exporter.getFinishedSpans()).toHaveLength(1);
  });

  test("records what is thrown even if it is no error", () => {
    const telemetry = createTelemetry(tracer);
    const work = (): never => {
      throw "only words";
    };
    expect(() => telemetry.span("work", {}, telemetry.active(), work)).toThrow("only words");
    expect(exporter.getFinishedSpans()[0]?.events[0]?.attributes).toMatchObject({ "exception.message": "only words" });
  });
});
