/**
 * MIME: a message into headers and leaf parts. The standards' hard corners (encoded words, header parameters,
 * quoted-printable) are left to libmime and libqp; charsets to the platform's TextDecoder. A whole parser was measured
 * on this corpus and is too slow for a demo: postal-mime 4.0.0 takes 7 s for the 6,046 mails (most of it in Blob),
 * where this takes about 1 s.
 */
import libmime from "libmime";
import { decode as decodeQuotedPrintable } from "libqp";

/** A leaf of the message. `text` is decoded for text types and "" for all others. */
export type MimePart = { type: string; attached: boolean; text: string; bytes: number };

/** Names lower-cased, values unfolded and decoded, in the order of the message. */
export type Header = { name: string; value: string };

export type Mime = { headers: Header[]; parts: MimePart[] };

// Deeper than any honest mail: keeps a hostile message from exhausting the stack.
const deepest = 8;

/** Parses `raw`, never throwing: what cannot be understood is taken as plain text. */
export function parseMime(raw: Uint8Array): Mime {
  // Latin-1 keeps every byte, so that each part can be decoded by its own charset later.
  const [head, body] = splitHead(Buffer.from(raw).toString("latin1").replaceAll("\r\n", "\n"));
  const headers = headersOf(head);
  return { headers, parts: partsOf(headers, body, 0) };
}

function splitHead(message: string): [head: string, body: string] {
  const end = message.startsWith("\n") ? 0 : message.indexOf("\n\n");
  return end < 0 ? [message, ""] : [message.slice(0, end), message.slice(end).replace(/^\n+/, "")];
}

function headersOf(head: string): Header[] {
  const headers: Header[] = [];
  for (const line of head.replace(/\n[ \t]+/g, " ").split("\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    // The mailbox's "From x@y date" line has a space before its first colon, and is no header.
    if (!/^[!-9;-~]+$/.test(name)) continue;
    const value = line.slice(colon + 1).trim();
    headers.push({ name, value: value.includes("=?") ? libmime.decodeWords(value) : value });
  }
  return headers;
}

function partsOf(headers: readonly Header[], body: string, depth: number): MimePart[] {
  const header = (name: string): string => headers.find((one) => one.name === name)?.value ?? "";
  const content = libmime.parseHeaderValue(header("content-type") || "text/plain");
  const type = content.value.toLowerCase().trim() || "text/plain";
  const boundary = content.params["boundary"];
  if (type.startsWith("multipart/") && boundary && depth < deepest) {
    return sectionsOf(body, boundary).flatMap((section) => {
      const [head, inner] = splitHead(section);
      return partsOf(headersOf(head), inner, depth + 1);
    });
  }
  const attached = /^\s*attachment/i.test(header("content-disposition"));
  const bytes = decodeTransfer(body, header("content-transfer-encoding").toLowerCase());
  const text = type.startsWith("text/") ? decodeText(bytes, String(content.params["charset"] ?? "")) : "";
  return [{ type, attached, text, bytes: bytes.length }];
}

// Whole lines only: one boundary may be the beginning of another ("b" and "bAA", as Outlook's imitators write).
function sectionsOf(body: string, boundary: string): string[] {
  const sections: string[][] = [];
  for (const line of body.split("\n")) {
    const mark = line.trimEnd();
    if (mark === `--${boundary}`) sections.push([]);
    else if (mark === `--${boundary}--`) break;
    else sections.at(-1)?.push(line);
  }
  return sections.map((lines) => lines.join("\n"));
}

function decodeTransfer(body: string, encoding: string): Uint8Array {
  if (encoding.includes("base64")) return Buffer.from(body, "base64");
  if (encoding.includes("quoted-printable")) return decodeQuotedPrintable(body);
  return Buffer.from(body, "latin1");
}

// Mail without a known charset was written for Windows in Western Europe more often than not.
const fallback = new TextDecoder("windows-1252");
const decoders = new Map<string, typeof fallback>();

function decodeText(bytes: Uint8Array, charset: string): string {
  return decoderOf(charset.toLowerCase().trim()).decode(bytes);
}

function decoderOf(charset: string): typeof fallback {
  const known = decoders.get(charset);
  if (known) return known;
  let decoder = fallback;
  try {
    if (charset !== "") decoder = new TextDecoder(charset);
  } catch {
    // An invented charset ("default", "unknown-8bit") is common in spam: read it as the fallback.
  }
  // Labels come from mails: the bound keeps a flood of invented ones from growing the map.
  if (decoders.size < 200) decoders.set(charset, decoder);
  return decoder;
}
