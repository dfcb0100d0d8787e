/** Numbers as features: a linear model cannot bend, so a number is told as the bins that it reaches. */

const doublings = 12;
// The names are the same for every mail: made once, and handed out as slices.
const scales = new Map<string, string[]>();

/** "name≥0", "name≥1", … for each bin of a logarithmic scale that `value` ≥ 0 reaches; `bins` to each doubling. */
export function levels(name: string, value: number, bins: number): string[] {
  return scaleOf(name, bins).slice(0, levelOf(value, bins) + 1);
}

/** The same for a share in [0, 1], told in per cent. */
export function shareLevels(name: string, share: number, bins: number): string[] {
  return levels(name, 100 * share, bins);
}

/** The highest bin that `value` ≥ 0 reaches. */
export function levelOf(value: number, bins: number): number {
  return Math.min(Math.floor(Math.log2(1 + Math.max(0, value)) * bins), doublings * bins);
}

function scaleOf(name: string, bins: number): string[] {
  const known = scales.get(name);
  if (known && known.length > doublings * bins) return known;
  const scale = Array.from({ length: doublings * bins + 1 }, (_, level) => `${name}≥${level}`);
  // Names hold elements of mails (`<blink>`): the bound keeps invented ones from growing the map.
  if (scales.size < 1_000) scales.set(name, scale);
  return scale;
}
