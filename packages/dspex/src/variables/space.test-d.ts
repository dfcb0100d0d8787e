import type { Json } from "@mabeam/foundation";
import { describe, expectTypeOf, test } from "vitest";
import { choice } from "./choice.ts";
import type { Configuration } from "./configuration.ts";
import { float } from "./float.ts";
import { integer } from "./integer.ts";
import { space, type Space } from "./space.ts";
import { subset } from "./subset.ts";
import type { Variable } from "./variable.ts";

const temperature = float("temperature", { min: 0, max: 1 });
const style = choice("style", ["terse", "step by step"]);

describe("types of a space", () => {
  test("the configuration type follows from the list of variables", () => {
    const made = space([float("temperature", { min: 0, max: 1 }), choice("style", ["terse", "step by step"])]);
    expectTypeOf(made.default()).toEqualTypeOf<{ temperature: number; style: "terse" | "step by step" }>();
    expectTypeOf(space([integer("n", { min: 1, max: 3 }), choice("mixed", [1, "two", true])]).default()).toEqualTypeOf<{
      n: number;
      mixed: 1 | "two" | true;
    }>();
    expectTypeOf(space([subset("members", ["a", "b"])]).default()).toEqualTypeOf<{
      members: readonly ("a" | "b")[];
    }>();
  });

  test("a conditional variable is optional", () => {
    const made = space([
      style,
      temperature.when(style, "terse"),
      integer("n", { min: 0, max: 1 }).when("style", "terse"),
    ]);
    expectTypeOf(made.default()).toEqualTypeOf<{
      style: "terse" | "step by step";
      temperature?: number;
      n?: number;
    }>();
  });

  test("a condition knows its variable's values", () => {
    temperature.when(style, (value) => {
      expectTypeOf(value).toEqualTypeOf<"terse" | "step by step">();
      return value === "terse";
    });
    temperature.when("style", (value) => {
      expectTypeOf(value).toEqualTypeOf<Json>();
      return true;
    });
    // @ts-expect-error "verbose" is not a style
    temperature.when(style, "verbose");
  });

  test("defaults, required items and constraints are checked against the values", () => {
    // @ts-expect-error "c" is not an option
    choice("c", ["a", "b"], { default: "c" });
    // @ts-expect-error "c" is not an item
    subset("s", ["a", "b"], { required: ["c"] });
    space([temperature, style], {
      constraints: [
        {
          name: "cool when terse",
          check: (config) => {
            expectTypeOf(config).toEqualTypeOf<{ temperature: number; style: "terse" | "step by step" }>();
            return config.style !== "terse" || config.temperature < 0.5;
          },
        },
      ],
    });
  });

  test("changes of a space change its type", () => {
    const one = space([temperature]);
    expectTypeOf(one.add(style).default()).toEqualTypeOf<{ temperature: number; style: "terse" | "step by step" }>();
    expectTypeOf(one.add(style).remove("temperature").default()).toEqualTypeOf<{ style: "terse" | "step by step" }>();
    expectTypeOf(one.add(style).pick(["temperature"]).default()).toEqualTypeOf<{ temperature: number }>();
    expectTypeOf(one.merge(space([style])).default()).toEqualTypeOf<{
      temperature: number;
      style: "terse" | "step by step";
    }>();
    expectTypeOf(one.prefix("drafter.").default()).toEqualTypeOf<{ "drafter.temperature": number }>();
  });

  test("every variable and space is also one without particulars", () => {
    const variables: Variable[] = [temperature, style.when(temperature, 0.5), subset("s", ["a"])];
    const wide = space(variables);
    expectTypeOf(wide).toEqualTypeOf<Space>();
    expectTypeOf(wide.default()).toEqualTypeOf<Configuration>();
    const general: Space = space([temperature, style, subset("s", ["a"]).when(style, "terse")]);
    expectTypeOf(general.remove("style")).toEqualTypeOf<Space>();
  });
});
