/**
 * The typographer: how a mail is written and laid out, whatever it says. It sees shares of characters, lines and
 * markup, never a word. It may listen to a colleague.
 */
import { levels, shareLevels } from "../binning.ts";
import { fitLogisticRegression } from "../learners/logistic-regression.ts";
import type { Mail } from "../mail.ts";
import { createMember, type CommonSettings } from "../member.ts";

export type StyleSettings = CommonSettings & {
  look: "text" | "markup" | "both";
  /** How finely numbers are told: bins to each doubling. */
  bins: number;
  /** L2 penalty, in thousandths. */
  penalty: number;
  trust: number;
};

export const style = createMember<StyleSettings>({
  name: "style",
  defaults: { look: "both", bins: 1, penalty: 1, trust: 0.5, caution: 0 },
  minimumCount: () => 3,
  features: (mail, { look, bins }) => [
    ...(look === "markup" ? [] : mail.shape.flatMap(([name, value]) => levels(name, value, bins))),
    ...(look === "markup" ? [] : shareLevels("quoted", mail.quoted, bins)),
    ...(look === "text" ? [] : markupStyle(mail, bins)),
  ],
  learn: (data, { penalty }, random) => fitLogisticRegression(data, penalty / 1000, random),
});

function markupStyle({ markup, attachments }: Mail, bins: number): string[] {
  return [
    markup.html ? "html" : "plain",
    ...attachments.map((type) => `attached:${type.split("/")[0]}`),
    ...markup.elements.flatMap(([name, count]) => [`<${name}>`, ...levels(`<${name}>`, count, bins)]),
    ...levels("images", markup.images, bins),
    ...levels("remote-images", markup.remoteImages, bins),
    ...levels("styled", markup.styled, bins),
    ...levels("comments", markup.comments, bins),
    ...levels("scripts", markup.scripts, bins),
    ...levels("forms", markup.forms, bins),
    ...shareLevels("hidden", markup.hidden, bins),
  ];
}
