/** What {@link createStudy} accepts, checked before anything is opened or journaled. */
import { checkOptions, invalidInput, type Journal } from "@mabeam/foundation";
import { expectFunction, expectMethods, expectSpace } from "../variables/expect-shape.ts";
import type { StudyOptions } from "./study.ts";
import type { Direction } from "./trial.ts";

const known = ["name", "space", "directions", "sampler", "journal", "seed", "clock"];
const journalMethods: readonly (keyof Journal)[] = ["append", "read", "follow", "snapshot", "compact", "close"];

/** The direction of a study with these options. @throws MabeamError `INVALID_INPUT` for anything that cannot be meant */
export function checkStudyOptions<Config extends object>(options: StudyOptions<Config>): Direction {
  checkOptions(options, known, "createStudy");
  const { name, space, directions = ["maximize"], sampler, journal, seed, clock } = options;
  checkName(name);
  expectSpace(space);
  expectFunction(sampler, "sampler");
  if (journal !== undefined && typeof journal !== "string") {
    expectMethods(journal, journalMethods, "A journal, or the folder of a file journal,");
  }
  if (clock !== undefined) expectMethods(clock, ["now", "monotonic", "after"], "A clock");
  if (seed !== undefined && typeof seed !== "string" && !Number.isFinite(seed)) {
    throw invalidInput("invalid-seed", `A seed is a finite number or a text, not ${String(seed)}.`);
  }
  return checkedDirection(directions);
}

function checkName(name: unknown): void {
  if (typeof name === "string" && name.length > 0 && name.length <= 200) return;
  throw invalidInput("invalid-name", `A study's name is a string of 1 to 200 characters, not ${String(name)}.`);
}

function checkedDirection(directions: unknown): Direction {
  if (!Array.isArray(directions) || directions.length !== 1) {
    const given = Array.isArray(directions) ? directions.length : String(directions);
    throw invalidInput(
      "invalid-directions",
      `A study has a list of one direction as yet, not ${given}: combine several objectives into one value.`,
      { directions },
    );
  }
  const [direction] = directions as [Direction];
  if (direction === "maximize" || direction === "minimize") return direction;
  throw invalidInput("invalid-directions", `A direction is "maximize" or "minimize", not "${String(direction)}".`, {
    directions,
  });
}
