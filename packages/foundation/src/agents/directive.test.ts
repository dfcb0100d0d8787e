import { expect, it } from "vitest";
import { checkDirective } from "./directive.ts";

const directive = { agent: "a", action: "start", parameters: {}, priority: 0, timeoutMs: 1, variable: "v" };

it("a well-formed directive passes", () => {
  expect(() => checkDirective(directive as never)).not.toThrow();
});

it.each<[string, unknown]>([
  ["null", null],
  ["no agent", { ...directive, agent: undefined }],
  ["an unknown action", { ...directive, action: "dance" }],
  ["an action without text", { ...directive, action: Object.create(null) as object }],
  ["parameters that are no record", { ...directive, parameters: 3 }],
  ["no variable", { ...directive, variable: undefined }],
  ["a priority of NaN", { ...directive, priority: NaN }],
  ["a negative timeout", { ...directive, timeoutMs: -1 }],
  ["an unknown member", { ...directive, urgent: true }],
])("a directive with %s is refused", (_, wrong) => {
  expect(() => checkDirective(wrong as never)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
});
