/**
 * The detective: who claims to have sent the mail and where it wants the reader to go. It sees links and addresses, and
 * no text. It may listen to a colleague.
 */
import { levels } from "../binning.ts";
import { fitLogisticRegression } from "../learners/logistic-regression.ts";
import type { Address, Link, Mail } from "../mail.ts";
import { createMember, type CommonSettings } from "../member.ts";

export type LinksSettings = CommonSettings & {
  /** Whether to look at hosts and counts only, or at the words of paths too. */
  depth: "hosts" | "paths";
  /** Whether to look at the sender's address: not at all, at its form, or at its words and domain too. */
  sender: "ignore" | "form" | "words";
  minimumCount: number;
  /** L2 penalty, in thousandths. */
  penalty: number;
  trust: number;
};

export const links = createMember<LinksSettings>({
  name: "links",
  defaults: { depth: "hosts", sender: "form", minimumCount: 2, penalty: 1, trust: 0.5, caution: 0 },
  minimumCount: (settings) => settings.minimumCount,
  features: (mail, { depth, sender }) => [
    ...levels("links", mail.links.length, 1),
    ...levels("hosts", new Set(mail.links.map(({ host }) => host)).size, 1),
    ...mail.links.flatMap((link) => linkFeatures(link, depth)),
    ...(sender === "ignore" ? [] : senderForm(mail)),
    ...(sender === "words" ? senderWords(mail.from) : []),
  ],
  learn: (data, { penalty }, random) => fitLogisticRegression(data, penalty / 1000, random),
});

const topLevel = (host: string): string => host.slice(host.lastIndexOf(".") + 1);

function linkFeatures({ scheme, host, port, path, shownHost }: Link, depth: LinksSettings["depth"]): string[] {
  const mail = scheme === "mailto";
  const found = [`scheme:${scheme}`, `top:${/^[\d.]+$/.test(host) ? "address" : topLevel(host)}`];
  if (port !== "") found.push("has-port");
  if (path.includes("?")) found.push(mail ? "mailto-with-subject" : "has-query");
  if (/%[0-9a-f]{2}/i.test(path)) found.push("escaped");
  if (shownHost !== "") found.push(shownHost.endsWith(host) || host.endsWith(shownHost) ? "shown-true" : "shown-false");
  if (/\d{3,}/.test(host)) found.push("host-with-number");
  found.push(...host.split(".").map((label) => `host~${label}`));
  if (depth === "paths") {
    found.push(...(path.toLowerCase().match(/[a-z]{3,}/g) ?? []).map((word) => `path~${word}`));
  }
  return found;
}

function senderForm({ from, replyTo, links: all }: Mail): string[] {
  const found = [`from-top:${topLevel(from.domain)}`, from.name === "" ? "nameless" : "named"];
  if (/\d/.test(from.local)) found.push("digits-in-sender");
  if (/\d{3,}/.test(from.local)) found.push("number-in-sender");
  if (/\d/.test(from.domain)) found.push("digits-in-domain");
  if (from.name !== "" && from.name === from.name.toUpperCase()) found.push("name-shouts");
  if (from.name.includes("@") || /[!$%]/.test(from.name)) found.push("odd-name");
  found.push(
    ...levels("name-words", from.name.split(/\s+/).length, 1),
    ...levels("local-length", from.local.length, 1),
  );
  if (replyTo) found.push(replyTo.domain === from.domain ? "reply-same" : "reply-elsewhere");
  if (from.domain !== "" && all.some(({ host }) => host.endsWith(from.domain))) found.push("links-home");
  return found;
}

function senderWords(from: Address): string[] {
  const pieces = [...from.local.split(/[^a-z]+/), ...from.domain.split(".")].filter((piece) => piece.length > 1);
  return [`domain:${from.domain}`, ...pieces.map((piece) => `sender~${piece}`)];
}
