// The chart by keyboard: the same things the mouse can do.
import { plural } from '$lib/format';
import { kindName } from '$lib/kinds';
import { isGlyph, shown } from './graph';
import type { Chart } from './model.svelte';

export interface Keys {
  expand: () => void;
  fit: () => void;
  search: () => void;
  help: () => void;
  path: () => void;
  save: () => void;
  reveal: (id: string) => void;
  lasso: () => void;
  zoom: (factor: number) => void;
}

const ARROWS: Record<string, [number, number]> = {
  ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
};

/** The neighbour that lies most in that direction; failing that, the nearest shown vertex that does. */
export function towards(chart: Chart, from: string, [dx, dy]: [number, number]): string | undefined {
  const { graph } = chart;
  const origin = graph.getNodeAttributes(from);
  const rank = (id: string): number => {
    const { x, y, mask } = graph.getNodeAttributes(id);
    if (mask !== 0 || id === from) return Infinity;
    const [vx, vy] = [x - origin.x, y - origin.y];
    const length = Math.hypot(vx, vy) || 1;
    const cosine = (vx * dx + vy * dy) / length;
    return cosine < 0.35 ? Infinity : length * (2 - cosine);
  };
  const best = (ids: string[]): string | undefined => {
    let found: string | undefined;
    let least = Infinity;
    for (const id of ids) {
      const score = rank(id);
      if (score < least) [found, least] = [id, score];
    }
    return found;
  };
  return best(graph.neighbors(from)) ?? best(graph.nodes());
}

export function describe(chart: Chart, id: string): string {
  const vertex = chart.graph.getNodeAttributes(id);
  if (isGlyph(vertex)) return `${vertex.summary.label}. Enter opens them.`;
  const here = plural(chart.graph.neighbors(id).length, 'neighbour');
  const marks = [vertex.pinned ? 'pinned' : '', vertex.summary.revoked ? 'revoked' : '', vertex.summary.hub ? 'shared infrastructure' : ''];
  return [`${kindName(vertex.summary.type)} ${vertex.summary.label}`, `${here} here, ${plural(vertex.summary.degree, 'link')} in all`, ...marks]
    .filter(Boolean)
    .join(', ');
}

function walk(chart: Chart, direction: [number, number], keep: boolean, reveal: (id: string) => void): void {
  const from = chart.focus ?? [...chart.selection][0];
  const next = from === undefined ? shown(chart.graph)[0] : towards(chart, from, direction);
  if (next === undefined) return;
  chart.select(keep ? [...chart.selection, next] : [next]);
  chart.focus = next;
  chart.said = describe(chart, next);
  reveal(next);
}

/** Returns true when the key meant something. */
export function press(event: KeyboardEvent, chart: Chart, keys: Keys): boolean {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (command) {
    if (key === 'z' && !event.shiftKey) chart.undo();
    else if (key === 'y' || (key === 'z' && event.shiftKey)) chart.redo();
    else if (key === 'a') chart.selectAll();
    else if (key === 's') keys.save();
    else return false;
    return true;
  }
  const arrow = ARROWS[event.key];
  if (arrow) {
    walk(chart, arrow, event.shiftKey, keys.reveal);
    return true;
  }
  const act: Record<string, () => void> = {
    Enter: keys.expand, e: keys.expand, Delete: () => chart.hide(chart.chosen), Backspace: () => chart.hide(chart.chosen),
    p: () => chart.pin(chart.chosen), c: () => chart.collapse(chart.chosen), f: keys.fit, '/': keys.search, '?': keys.help,
    l: keys.lasso, k: keys.path, '+': () => keys.zoom(0.7), '-': () => keys.zoom(1.4), Escape: () => chart.select([]),
  };
  const run = act[key];
  run?.();
  return run !== undefined;
}

export const SHORTCUTS: [string, string][] = [
  ['Arrows', 'Go to the neighbour in that direction (with Shift: select it too)'],
  ['Enter', 'Expand what is selected; open “+n more”'],
  ['C', 'Collapse the leaves of what is selected'],
  ['Delete', 'Hide what is selected'],
  ['P', 'Pin, or free'],
  ['K', 'Path between the selected'],
  ['Ctrl+A', 'Select all that is shown'],
  ['Esc', 'Select nothing'],
  ['Ctrl+Z, Ctrl+Y', 'Undo, redo'],
  ['F', 'Fit everything in the view'],
  ['+ and −', 'Zoom'],
  ['L, or Shift-drag', 'Lasso'],
  ['/', 'Search and add'],
  ['Ctrl+S', 'Save'],
  ['?', 'This help'],
];
