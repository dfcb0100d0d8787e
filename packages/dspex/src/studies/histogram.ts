/** Parzen densities of one coordinate on a grid of cells: coarse, but cheap enough for a thousand of them. */
import type { Coordinate } from "../variables/variable.ts";
import { cellMass } from "./samplers/tpe/truncated-normal.ts";

/** Densities over the cells of one coordinate, all with the same kernels, so that they can be compared. */
export interface Smoother {
  cellOf(place: number): number;
  /** The probability of each cell: a kernel for each of `cells`, and one flat one. Never 0. */
  density(cells: readonly number[]): Float64Array;
}

const numericCells = 50;

/**
 * A smoother for a coordinate on which `places` were seen. Numbers have truncated normal kernels of Scott's width for
 * samples of `sampleSize`; categories have none.
 */
export function histogramSmoother(coordinate: Coordinate, places: readonly number[], sampleSize: number): Smoother {
  if (coordinate.kind === "categorical") {
    const identity = (cell: number): Float64Array => {
      const mass = new Float64Array(coordinate.levels);
      mass[cell] = 1;
      return mass;
    };
    return smoother(coordinate.levels, identity, (place) => place);
  }
  const count = Math.min(numericCells, coordinate.levels ?? numericCells);
  const deviation = Math.max(0.5 / count, 1.06 * deviationOf(places) * Math.max(1, sampleSize) ** -0.2);
  const kernel = (cell: number): Float64Array =>
    Float64Array.from({ length: count }, (_, other) =>
      cellMass(other / count, (other + 1) / count, (cell + 0.5) / count, deviation),
    );
  return smoother(count, kernel, (place) => Math.min(count - 1, Math.floor(place * count)));
}

function smoother(count: number, kernel: (cell: number) => Float64Array, cellOf: (place: number) => number): Smoother {
  const kernels = Array.from({ length: count }, (_, cell) => kernel(cell));
  return {
    cellOf,
    density: (cells) => {
      const counts = new Float64Array(count);
      for (const cell of cells) counts[cell] = (counts[cell] as number) + 1;
      const density = new Float64Array(count).fill(1 / count);
      for (const [cell, times] of counts.entries()) {
        if (times === 0) continue;
        const masses = kernels[cell] as Float64Array;
        for (let other = 0; other < count; other++) {
          density[other] = (density[other] as number) + times * (masses[other] as number);
        }
      }
      return density.map((mass) => mass / (cells.length + 1));
    },
  };
}

function deviationOf(places: readonly number[]): number {
  const mean = places.reduce((sum, place) => sum + place, 0) / Math.max(1, places.length);
  const squares = places.reduce((sum, place) => sum + (place - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, places.length - 1));
}
