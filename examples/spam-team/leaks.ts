/**
 * What is stripped from the corpus before anything learns from it, and why. The ham of 2002 was kept by one developer
 * (his lists, his newsletters), the spam came in by his spam traps and friends: so the way in tells the class, which
 * would be no help with anybody else's mail. Every header name and header word was ranked by its mutual information
 * with the class; what ranked high because of the collection is gone:
 *
 * - hops, delivery and mailbox lines of the collectors (fetchmail, IMAP, Delivered-To, Return-Path, X-Keywords,
 *   Delivery-Date, "zzzz" and "yyyy" for the owners' names): up to 0.22 of the class's 0.90 bits by one word;
 * - all that list servers write (List-*, Precedence, Errors-To, X-BeenThere, Sender, subject tags, footers, links to
 *   archives): up to 0.22 bits. Nearly all list mail here is ham, and the lists are the owner's choice;
 * - dates (spam-2 is from May and June, ham from August to October): only hour and weekday stay. Headers give Date's
 *   form, and no view sees names of months and days, nor digits in words;
 * - verdicts of filters (X-Spam-*, X-Pyzor, X-MailScanner) and the names and number of recipients;
 * - news items that the owner's own script turned into mail (about 620, "rssfeeds@", "Date: Not supplied"): not mail;
 * - quoted lines, attributions and signatures: a thread's replies repeat them on both sides of a split.
 *
 * Headers are kept by a list of what the *sender's* software writes, rather than dropped by a list of known leaks.
 * What stays biased: the ham's topics are those of Linux lists in 2002, and its writers come back.
 */
import type { Header } from "./mime.ts";

const sendersHeaders = new Set(
  `from reply-to to cc date message-id in-reply-to references organization mime-version content-type
  content-transfer-encoding content-disposition content-language content-class x-mailer user-agent x-mimeole
  x-accept-language x-priority x-msmail-priority importance priority disposition-notification-to thread-index
  x-originating-ip comments`.split(/\s+/),
);
// Their values name people and threads; that they are there is what counts.
const secretValues = new Set([
  "to",
  "cc",
  "from",
  "reply-to",
  "in-reply-to",
  "references",
  "thread-index",
  "x-originating-ip",
]);

/** Owners, machines and list hosts of the collection. */
export const collectorTrace =
  /zzzz|yyyy|taint\.org|spamassassin|jmason|netnote|slashnull|webnote\.net|fetchmail|dogma\.|phobos|jalapeno|mandark|\blugh\b|tuatha|xent\.com|freshrpms|egwn|sourceforge|usw-sf|pro-ns\.net|ssz\.com|cypherpunks|efi\.ie|egroups|listman\.redhat|linux\.ie|insuranceiq|example\.com|rssfeeds|yahoogroups|\blists?\./i;

/** `value`, or "" where it names a part of the collection. */
export function withoutCollectorTraces(value: string): string {
  return collectorTrace.test(value)
    ? value.replace(new RegExp(`\\S*(?:${collectorTrace.source})\\S*`, "gi"), "")
    : value;
}

/** The headers that the sender's software wrote, in order. Addresses, ids and dates are reduced to their form. */
export function keptHeaders(headers: readonly Header[]): Header[] {
  return headers
    .filter(({ name, value }) => sendersHeaders.has(name) && !(name === "message-id" && collectorTrace.test(value)))
    .map(({ name, value }) => ({ name, value: secretValues.has(name) ? "" : formOf(name, value).slice(0, 160) }));
}

function formOf(name: string, value: string): string {
  if (name === "date") return value.replace(/[a-z]+/gi, "a").replace(/\d+/g, "9");
  if (name === "message-id")
    return value
      .replace(/@.*$/, "")
      .replace(/[a-z]+/g, "a")
      .replace(/[A-Z]+/g, "A")
      .replace(/\d+/g, "9");
  // A boundary is unique to its mail, except for the constants of some bulk mailers: its form keeps just those.
  return collectorTrace.test(value)
    ? ""
    : value.replace(/boundary=.*/i, (found) => found.replace(/\d+/g, "9").replace(/[A-F9]{3,}/g, "9"));
}

/**
 * How the sender's machine announced itself at the first hop: the "from" clause of the oldest Received line with
 * digits masked, and "" when that hop is the collection's own.
 */
export function originHop(headers: readonly Header[]): string {
  const oldest = headers.filter((one) => one.name === "received").at(-1)?.value ?? "";
  const from = /^from\s+(.*?)(?:\s+by\s|;|$)/i.exec(oldest)?.[1] ?? "";
  return collectorTrace.test(from) ? "" : from.replace(/\d/g, "9").toLowerCase().slice(0, 120);
}

/** The subject without the tags that list servers put before it: "Re: [ILUG] x" gives "Re: x". */
export function withoutListTag(subject: string): string {
  return subject.replace(/\[[^\]]{2,30}\]\s*/g, "").replace(/^((?:re|fwd?|aw):\s*)+/i, (found) => found.slice(0, 4));
}

const footerLine =
  /listinfo|^\s*[\w-]+ mailing list(?: <|\s*$)|sf\.net email|list maintainer|\(un\)subscription|yahoo! groups|deathtospam|thinkgeek|irish linux users|-unsubscribe@|unsubscribe from this group|non-text portions of this message|cell phone\?\s+get a new|url:\s*http:\/\/\S*newsisfree|^date:\s*(not supplied|\d{4}-)|this is a multi-part message/i;
const sponsorBlock = /^-+ Yahoo! Groups Sponsor[\s\S]{0,600}?~->$/gim;
const rule = /^\s*[-_=~>]{20,}\s*$/;

/** Text without what list servers add: sponsor blocks, footers, and the rules around them. */
export function withoutListFooters(text: string): string {
  const lines = text.replace(sponsorBlock, "").split("\n");
  const gone = new Set<number>();
  for (const [index, line] of lines.entries()) {
    if (!footerLine.test(line)) continue;
    gone.add(index);
    // A footer stands between rules: take what is between, when a rule is near.
    for (let up = index - 1; up >= Math.max(0, index - 4); up--) {
      if (!rule.test(lines[up] ?? "")) continue;
      for (let between = up; between < index; between++) gone.add(between);
      break;
    }
  }
  const kept = lines.filter((line, index) => !gone.has(index) && !rule.test(line));
  return kept.map(withoutCollectorTraces).join("\n");
}

/** What this author wrote: without quotes, attribution lines and signature; and how much of the mail was quoted. */
export function writtenByTheSender(text: string): { text: string; quoted: number } {
  const lines = withoutListFooters(text).trimEnd().split("\n");
  const signature = lines.findIndex((line, index) => /^--\s?$/.test(line) && index >= lines.length - 15);
  const all = signature > 0 ? lines.slice(0, signature) : lines;
  const quotes = all.filter(isQuote);
  const kept = all.filter((line) => !isQuote(line) && !isAttribution(line));
  const filled = all.filter((line) => line.trim() !== "").length;
  return {
    text: kept
      .join("\n")
      .replace(monthOrDay, " ")
      .replace(/\n{3,}/g, "\n\n")
      .trim(),
    quoted: filled === 0 ? 0 : quotes.length / filled,
  };
}

const isQuote = (line: string): boolean => /^\s{0,3}(?:[A-Za-z]{0,3}>|\|)/.test(line);
const isAttribution = (line: string): boolean =>
  /\b(?:wrote|writes|said):?\s*$/.test(line) || /-----original message/i.test(line);

/** Names of months and days, which tell when a mail was collected. "May" and "march" count only before or after a number. */
export const monthOrDay =
  /(?<!\p{L})(?:jan(?:uary)?|feb(?:ruary)?|apr(?:il)?|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|(?:may|mar(?:ch)?)(?=[ ,.-]*\d)|(?<=\d[ ,.-]*)(?:may|mar(?:ch)?))(?!\p{L})|\b(?:199|200)\d\b/giu;
