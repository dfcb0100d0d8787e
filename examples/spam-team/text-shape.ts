/** How a text is written, in numbers, whatever it says. Measured once, when the mail is read. */

/** Measures by name, each ≥ 0: marks per 2,000 characters, lengths in characters, shares in per cent. */
export type TextShape = (readonly [measure: string, value: number])[];

const marks: [name: string, pattern: RegExp][] = [
  ["capitals", /\p{Lu}/gu],
  ["shouting", /\b\p{Lu}{3,}\b/gu],
  ["digits", /\d/g],
  ["exclamations", /!/g],
  ["exclamation-runs", /!{2,}/g],
  ["questions", /\?/g],
  ["dollars", /\$/g],
  ["percents", /%/g],
  ["rules", /[*=_~-]{4,}/g],
  ["brackets", /[()[\]{}]/g],
  ["apostrophes", /'/g],
  ["ellipses", /\.\.\./g],
  ["beyond-ascii", /[^\u0020-\u007e\s]/g],
  ["spaces", / {2,}/g],
  ["lower-starts", /(?:^|\n)\p{Ll}/gu],
];

export function shapeOf(text: string): TextShape {
  const length = Math.max(text.length, 1);
  const lines = text.split("\n");
  const filled = lines.filter((line) => line.trim() !== "");
  const indented = filled.filter((line) => /^\s/.test(line)).length;
  const measures: TextShape = [
    ...marks.map(([name, pattern]) => [name, (2_000 * (text.match(pattern)?.length ?? 0)) / length] as const),
    ["line-length", text.length / Math.max(filled.length, 1)],
    ["longest-line", Math.max(...filled.map((line) => line.length), 0)],
    ["blank-lines", 100 * (1 - filled.length / lines.length)],
    ["indented", (100 * indented) / Math.max(filled.length, 1)],
  ];
  return measures.map(([name, value]) => [name, Math.round(value * 100) / 100]);
}
