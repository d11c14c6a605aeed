// The chart at hand outlives its page: reading up on a thing and coming back must not lose it.
import { Chart } from './model.svelte';

export interface Bench {
  chart: Chart;
  /** Set once it is saved. */
  saved: { id: string; name: string; notes: string; version: number } | null;
}

let current: Bench | undefined;

export const bench = (): Bench => (current ??= { chart: new Chart(), saved: null });

export function clear(): Bench {
  current = undefined;
  return bench();
}
