import { expectTypeOf, test } from "vitest";
import { choice } from "../variables/choice.ts";
import { float } from "../variables/float.ts";
import { space, type Space } from "../variables/space.ts";
import { createStudy, type Study } from "./study.ts";

const style = choice("style", ["terse", "step by step"]);
const tuned = space([style, float("temperature", { min: 0, max: 1 }).when(style, "terse")]);
type Tuned = { style: "terse" | "step by step"; temperature?: number };

test("trials have the configuration type of the space, which nobody writes", async () => {
  const study = await createStudy({ name: "s", space: tuned });
  const trial = await study.ask();
  expectTypeOf(trial.config).toEqualTypeOf<Tuned>();
  expectTypeOf(study.bestTrial.config).toEqualTypeOf<Tuned>();
  await study.optimize((each) => each.config.temperature ?? 0, { budget: { trials: 1 } });
  study.events.on("trial:told", (told) => expectTypeOf(told.config).toEqualTypeOf<Tuned>());
  // @ts-expect-error "loud" is not a style
  await study.enqueue({ style: "loud" });
  // @ts-expect-error a text is no value
  await study.tell(trial, "good");
});

test("a study of any space is one of plain configurations", async () => {
  const general: Space = tuned;
  expectTypeOf(await createStudy({ name: "s", space: general })).toEqualTypeOf<Study>();
});
