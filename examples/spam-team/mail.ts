/**
 * A mail as the members of the team read it: plain JSON, already parsed and cleaned, with the raw material of every
 * view. What a member may look at is decided by the member (`members/*.ts`), each on its own part.
 */
import { parseMime, type MimePart } from "./mime.ts";
import { shapeOf, type TextShape } from "./text-shape.ts";
import { type Link, type Markup, readHtml, readPlain } from "./visible-text.ts";
import {
  collectorTrace,
  keptHeaders,
  monthOrDay,
  originHop,
  withoutCollectorTraces,
  withoutListFooters,
  withoutListTag,
  writtenByTheSender,
} from "./leaks.ts";

export type { Link } from "./visible-text.ts";

/** The two answers. */
export type Label = "ham" | "spam";

/** An address without its local part's meaning: display name, local part and domain, lower-cased; "" where absent. */
export type Address = { name: string; local: string; domain: string };

/** One mail. Texts are capped (see {@link longestText}), so that no single mail can slow a trial. */
export type Mail = {
  id: string;
  /** What the sender's own software wrote, in its order; names lower-cased. See `leaks.ts` for what is left out. */
  headers: { name: string; value: string }[];
  subject: string;
  from: Address;
  /** `null` without a Reply-To. */
  replyTo: Address | null;
  /** The first hop as the sender's machine announced itself, or "" when the collection overwrote it. */
  origin: string;
  /** Visible text, without quoted lines, list footers and markup. */
  text: string;
  /** Lower-cased words of subject and text. */
  subjectWords: string[];
  words: string[];
  /** How the text is written, in numbers. */
  shape: TextShape;
  /** Share of lines that quote another mail, in [0, 1]. */
  quoted: number;
  markup: Markup;
  links: Link[];
  /** MIME types of all parts but the body. */
  attachments: string[];
  /** The sender's local hour 0-23 and weekday 0-6 (Sunday is 0), -1 where the Date header is unreadable. */
  hour: number;
  weekday: number;
  /** Size of all bodies as sent, in bytes. */
  bytes: number;
};

/** Characters of visible text that are kept: 99 of 100 mails are shorter. */
const longestText = 12_000;
const mostWords = 800;

// Footers of list servers in HTML, where no line of text tells them.
const listLink = new RegExp(
  `${collectorTrace.source}|listinfo|mailman|thinkgeek|yahoogroups|docs\\.yahoo\\.com|inphonic|osdn`,
  "i",
);

/** Lower-cased words of two to twenty letters, in order; digits never count: they tell the date of collection. */
export function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}][\p{L}'$!]{1,19}/gu) ?? []).slice(0, mostWords);
}

/** Parses one message (RFC 5322 with MIME, however broken) and strips what would give its origin away. */
export function readMail(id: string, raw: Uint8Array): Mail {
  const message = parseMime(raw);
  const header = (name: string): string => message.headers.find((one) => one.name === name)?.value ?? "";
  const { body, bytes, attachments } = chooseBody(message.parts);
  const own = writtenByTheSender(body.text);
  const text = own.text.slice(0, longestText);
  const subject = withoutCollectorTraces(withoutListTag(header("subject"))).replace(monthOrDay, " ");
  return {
    id,
    headers: keptHeaders(message.headers),
    subject,
    from: addressOf(header("from")),
    replyTo: header("reply-to") === "" ? null : addressOf(header("reply-to")),
    origin: originHop(message.headers),
    text,
    subjectWords: wordsOf(subject),
    words: wordsOf(text),
    shape: shapeOf(text),
    quoted: own.quoted,
    markup: body.markup,
    links: body.links.filter((link) => !listLink.test(link.host + link.path)),
    attachments,
    ...sentAt(header("date")),
    bytes,
  };
}

/** HTML wins over its plain alternative: it is what most readers see. All other parts are attachments. */
function chooseBody(parts: readonly MimePart[]) {
  const inline = parts.filter((part) => !part.attached && part.type.startsWith("text/"));
  const html = inline.find((part) => part.type === "text/html");
  const plain = inline.filter((part) => part.type !== "text/html");
  const body = html ? readHtml(html.text) : readPlain(withoutListFooters(plain.map((part) => part.text).join("\n")));
  const attachments = parts.filter((part) => !inline.includes(part)).map((part) => part.type);
  return { body, attachments, bytes: parts.reduce((sum, part) => sum + part.bytes, 0) };
}

function addressOf(value: string): Address {
  const found = /([^\s<>"@,;:]*)@([\w.-]+)/.exec(value);
  const name = withoutCollectorTraces(value.replace(/<[^>]*>/g, "").replaceAll('"', ""));
  const domain = collectorTrace.test(found?.[0] ?? "") ? "" : (found?.[2] ?? "");
  // A domain that belongs to the collection hides who sent it, and so does the name before it.
  return domain === ""
    ? { name: "", local: "", domain: "" }
    : { name: name.trim(), local: (found?.[1] ?? "").toLowerCase(), domain: domain.toLowerCase() };
}

const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

// The clock as written, not as UTC: the hour of day at the sender's desk, which no time zone of the collection enters.
function sentAt(date: string): { hour: number; weekday: number } {
  const hour = Number(/\b(\d{1,2}):\d{2}/.exec(date)?.[1] ?? -1);
  const weekday = weekdays.indexOf(/^\s*(sun|mon|tue|wed|thu|fri|sat)/i.exec(date)?.[1]?.toLowerCase() ?? "none");
  return { hour: hour <= 23 ? hour : -1, weekday };
}
