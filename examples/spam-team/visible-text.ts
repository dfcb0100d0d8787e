/** What a reader would see of a body, and how it is made: visible text, counts of markup, and links. */
import { Parser } from "htmlparser2";

/** A link, by its target and by what the reader was shown. `shownHost` is "" unless the shown text is itself an address. */
export type Link = { scheme: string; host: string; port: string; path: string; shownHost: string };

/** How the body is made. Every count is zero for plain text. */
export type Markup = {
  html: boolean;
  /** How often each element occurs, by lower-cased name; at most 40 names. */
  elements: [name: string, count: number][];
  images: number;
  remoteImages: number;
  /** Elements with an attribute for colour, size or face of letters. */
  styled: number;
  comments: number;
  scripts: number;
  forms: number;
  /** Characters that the reader never sees, as a share of the source, in [0, 1]. */
  hidden: number;
};

export type Body = { text: string; markup: Markup; links: Link[] };

const mostLinks = 60;
const mostElements = 40;
// Not "head": many mails never close it, and browsers show what follows all the same.
const silent = new Set(["script", "style", "title"]);
const breaking = new Set(["p", "div", "br", "tr", "li", "table", "h1", "h2", "h3", "h4", "blockquote"]);

/** Reads a text/plain body. */
export function readPlain(source: string): Body {
  const targets = source.match(/\b(?:https?|ftp):\/\/[^\s<>"')\]]+|\bmailto:[^\s<>"')\]]+/gi) ?? [];
  return { text: source, markup: { ...plainMarkup }, links: linksOf(targets.map((target) => ({ target, shown: "" }))) };
}

const plainMarkup: Markup = {
  html: false,
  elements: [],
  images: 0,
  remoteImages: 0,
  styled: 0,
  comments: 0,
  scripts: 0,
  forms: 0,
  hidden: 0,
};

/** Reads a text/html body; broken markup is read as a browser of the time would. */
export function readHtml(source: string): Body {
  const markup: Markup = { ...plainMarkup, html: true };
  const elements = new Map<string, number>();
  const anchors: { target: string; shown: string }[] = [];
  const text: string[] = [];
  let silence = 0;
  let anchor: { target: string; shown: string } | undefined;

  const parser = new Parser({
    onopentag(name, attributes) {
      elements.set(name, (elements.get(name) ?? 0) + 1);
      if (silent.has(name)) silence += 1;
      if (breaking.has(name)) text.push("\n");
      countElement(markup, name, attributes);
      const target = attributes["href"] ?? attributes["action"];
      if (target === undefined || name === "link" || name === "base") return;
      anchor = { target, shown: "" };
      anchors.push(anchor);
    },
    ontext(piece) {
      if (silence > 0) return;
      text.push(piece);
      if (anchor) anchor.shown += piece;
    },
    onclosetag(name) {
      if (silent.has(name)) silence -= 1;
      if (name === "a") anchor = undefined;
    },
    oncomment() {
      markup.comments += 1;
    },
  });
  parser.end(source);

  const visible = text.join("").replace(/[ \t\u00a0]+/g, " ");
  markup.elements = [...elements].toSorted((a, b) => b[1] - a[1]).slice(0, mostElements);
  markup.hidden = source.length === 0 ? 0 : Math.max(0, 1 - visible.length / source.length);
  return { text: visible, markup, links: linksOf(anchors) };
}

function countElement(markup: Markup, name: string, attributes: { [name: string]: string }): void {
  if (name === "img") markup.images += 1;
  if (/^(https?:)?\/\//i.test(attributes["src"] ?? "")) markup.remoteImages += 1;
  if (["color", "bgcolor", "face", "size", "style"].some((attribute) => attribute in attributes)) markup.styled += 1;
  if (name === "script") markup.scripts += 1;
  if (name === "form") markup.forms += 1;
}

function linksOf(anchors: readonly { target: string; shown: string }[]): Link[] {
  return anchors.slice(0, mostLinks).flatMap(({ target, shown }) => {
    // By hand rather than with URL: half of what matters here (odd ports, user@host, hex hosts) URL normalises away.
    const found = /^\s*([a-z]+):(?:\/\/)?(?:[^/?#]*@)?([^/?#:\s]*)(?::(\d+))?([^\s]*)/i.exec(target);
    if (!found) return [];
    const [, scheme = "", host = "", port = "", path = ""] = found;
    const shownHost = /(?:https?:\/\/|www\.)([\w.-]+)/i.exec(shown)?.[1] ?? "";
    return [
      {
        scheme: scheme.toLowerCase(),
        host: host.toLowerCase(),
        port,
        path: path.slice(0, 200),
        shownHost: shownHost.toLowerCase(),
      },
    ];
  });
}
