import { expectTypeOf, test } from "vitest";
import { createMabeam, defineAgent } from "../index.ts";

test("payloads and replies follow from the handlers", async () => {
  const definition = defineAgent({
    name: "counter",
    state: () => ({ total: 0 }),
    handlers: {
      add: (ctx, amount: number) => (ctx.state.total += amount),
      name: async (ctx) => ctx.id,
      maybe: (_ctx, hint?: string) => hint,
    },
  });
  const mabeam = await createMabeam();
  const ref = await mabeam.registerAgent("c", definition);
  expectTypeOf(ref.ask("add", 2)).resolves.toEqualTypeOf<number>();
  expectTypeOf(ref.ask("name")).resolves.toEqualTypeOf<string>();
  expectTypeOf(ref.ask("maybe")).resolves.toEqualTypeOf<string | undefined>();
  expectTypeOf(mabeam.agents.ref<typeof definition>("c").ask("add", 1)).resolves.toEqualTypeOf<number>();
  // @ts-expect-error there is no such handler
  void ref.ask("nope");
  // @ts-expect-error the payload is a number
  void ref.ask("add", "2");
  // @ts-expect-error the payload is missing
  void ref.ask("add");
  // @ts-expect-error there is no such handler
  ref.tell("nope");
});

test("the state is what `state` returns", () => {
  defineAgent({
    name: "typed",
    state: async (args: { start: number }) => ({ total: args.start }),
    handlers: {
      read: (ctx) => {
        expectTypeOf(ctx.state).toEqualTypeOf<{ total: number }>();
        return ctx.state.total;
      },
    },
  });
});
