/** What the demo prints: plain text, wide enough to read, with colours only on a terminal. */

const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const styled =
  (code: number) =>
  (text: string): string =>
    colour ? `\u001B[${code}m${text}\u001B[0m` : text;

export const bold = styled(1);
export const dim = styled(2);
const green = styled(32);

export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** A score in the table: its mean and 95 % interval, drawn on a scale from `from` to 1. */
export interface Row {
  readonly name: string;
  readonly mean: number;
  readonly interval: readonly [number, number];
  readonly best?: boolean;
}

const width = 40;

/** One line a row: the name, the figures, and the interval as a bar with its mean. */
export function table(rows: readonly Row[], from: number): string {
  const longest = Math.max(...rows.map(({ name }) => name.length));
  return rows
    .map(({ name, mean, interval, best }) => {
      const figures = `${mean.toFixed(3)}  [${interval[0].toFixed(3)}, ${interval[1].toFixed(3)}]`;
      const line = `  ${name.padEnd(longest)}  ${figures}  ${bar(mean, interval, from)}`;
      return best === true ? bold(green(line)) : line;
    })
    .join("\n");
}

function bar(mean: number, [low, high]: readonly [number, number], from: number): string {
  const place = (value: number): number => Math.round((Math.max(0, value - from) / (1 - from)) * (width - 1));
  return Array.from({ length: width }, (_, at) => {
    if (at === place(mean)) return "●";
    return at >= place(low) && at <= place(high) ? "━" : "·";
  }).join("");
}
