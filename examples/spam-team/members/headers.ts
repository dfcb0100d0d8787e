/**
 * The postmaster: which software wrote the mail, what it declares, and how its machine announced itself. It sees what
 * the sender's side wrote into the headers (not the subject, nor who wrote). The order of headers is left alone:
 * list servers move Date to the end, and so it would tell list mail.
 */
import { fitLogisticRegression } from "../learners/logistic-regression.ts";
import type { Mail } from "../mail.ts";
import { createMember, type CommonSettings } from "../member.ts";

export type HeadersSettings = CommonSettings & {
  /** Which headers there are; or also what they say, whole; or also word by word. */
  detail: "names" | "values" | "words";
  /** Whether to read how the first machine announced itself. */
  origin: "ignore" | "form" | "words";
  minimumCount: number;
  /** L2 penalty, in thousandths. */
  penalty: number;
};

export const headers = createMember<HeadersSettings>({
  name: "headers",
  defaults: { detail: "values", origin: "form", minimumCount: 2, penalty: 1, caution: 0 },
  minimumCount: (settings) => settings.minimumCount,
  features(mail, { detail, origin }) {
    const names = mail.headers.map(({ name }) => name);
    const values = detail === "names" ? [] : mail.headers.map(({ name, value }) => `${name}=${value}`);
    return [
      ...names,
      ...values,
      ...(detail === "words" ? valueWords(mail) : []),
      ...originFeatures(mail.origin, origin),
    ];
  },
  learn: (data, { penalty }, random) => fitLogisticRegression(data, penalty / 1000, random),
});

function valueWords(mail: Mail): string[] {
  return mail.headers.flatMap(({ name, value }) =>
    value
      .toLowerCase()
      .split(/[\s;,="()<>]+/)
      .filter(Boolean)
      .map((word) => `${name}~${word}`),
  );
}

function originFeatures(origin: string, depth: HeadersSettings["origin"]): string[] {
  if (depth === "ignore") return [];
  const announced = /^\S*/.exec(origin)?.[0] ?? "";
  const form = [
    `origin:${formOfHost(announced)}`,
    ...["unknown", "helo", "may be forged", "authenticated", "unverified", "localhost"].filter((word) =>
      origin.includes(word),
    ),
  ];
  if (depth === "form") return form;
  return [
    ...form,
    ...origin
      .split(/[^a-z0-9-]+/)
      .filter((word) => word.length > 1)
      .map((word) => `origin~${word}`),
  ];
}

function formOfHost(host: string): string {
  if (host === "") return "absent";
  if (/^[[\]9.]+$/.test(host)) return "address";
  return host.includes(".") ? "domain" : "bare";
}
