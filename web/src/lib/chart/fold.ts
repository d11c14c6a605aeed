// A hub's leaves are folded into one glyph, "+412", that opens in steps.
import { count, shorten } from '$lib/format';
import { kindIconFile } from '$lib/kinds';
import { isGlyph, type ChartGraph } from './graph';
import type { Flags } from './step';

/** More leaves than this are folded. */
export const FOLD_ABOVE = 24;
/** So many stay open, the best connected first. */
export const KEEP_OPEN = 12;
/** So many open at each step. */
export const OPEN_STEP = 25;

export const glyphId = (of: string): string => `more:${of}`;

/** Shown neighbours of `id` that hang on nothing else, least connected first. */
export function leaves(graph: ChartGraph, id: string): string[] {
  const found = graph.filterNeighbors(id, (near, vertex) => {
    if (isGlyph(vertex) || vertex.folded !== null || vertex.away || vertex.pinned) return false;
    return !graph.someNeighbor(near, (other, v) => other !== id && other !== near && !isGlyph(v));
  });
  return found.sort((a, b) => degree(graph, a) - degree(graph, b));
}

const degree = (graph: ChartGraph, id: string): number => graph.getNodeAttribute(id, 'summary').degree;

export type FlagChange = { id: string; before: Flags; after: Flags };

export const foldInto = (into: string, ids: string[]): FlagChange[] =>
  ids.map((id) => ({ id, before: { folded: null }, after: { folded: into } }));

export const openFrom = (into: string, ids: string[]): FlagChange[] =>
  ids.map((id) => ({ id, before: { folded: into }, after: { folded: null } }));

/** What to fold after `id` was expanded. */
export function autoFold(graph: ChartGraph, id: string): string[] {
  const found = leaves(graph, id);
  return found.length > FOLD_ABOVE ? found.slice(0, found.length - KEEP_OPEN) : [];
}

/** Folded into `id`, best connected first. */
export function folded(graph: ChartGraph, id: string): string[] {
  return graph
    .filterNeighbors(id, (_, vertex) => vertex.folded === id)
    .sort((a, b) => degree(graph, b) - degree(graph, a));
}

/** Makes the glyphs agree with what is folded or not loaded. They are drawn from the state, so no step holds them. */
export function drawGlyphs(graph: ChartGraph): void {
  const wanted = new Map<string, number>();
  const add = (id: string, n: number) => wanted.set(id, (wanted.get(id) ?? 0) + n);
  const old: string[] = [];
  graph.forEachNode((id, vertex) => {
    if (isGlyph(vertex)) return void old.push(id);
    if (vertex.folded !== null && graph.hasNode(vertex.folded) && !vertex.away) add(vertex.folded, 1);
    if (vertex.rest > 0) add(id, vertex.rest);
  });
  for (const id of old) {
    const of = graph.getNodeAttribute(id, 'moreOf');
    if (of === null || !graph.hasNode(of) || !wanted.has(of)) graph.dropNode(id);
  }
  for (const [of, n] of wanted) drawGlyph(graph, of, n);
}

function drawGlyph(graph: ChartGraph, of: string, n: number): void {
  const hub = graph.getNodeAttributes(of);
  const id = glyphId(of);
  const hidden = hub.mask !== 0;
  if (!graph.hasNode(id)) {
    const angle = outward(graph, of);
    const reach = 30 + hub.size;
    graph.addNode(id, {
      x: hub.x + Math.cos(angle) * reach, y: hub.y + Math.sin(angle) * reach, size: 11, label: '', color: '#6b7885',
      borderColor: '#6b7885', image: kindIconFile('more'), glyph: '#ffffff', hidden, forceLabel: true, zIndex: 2,
      summary: { ...hub.summary, id, type: 'more', hub: null, country: null, point: null }, first: NaN, last: NaN, tlp: 0,
      mask: 0, away: false, pinned: false, folded: null, rest: 0, moreOf: of,
    });
    graph.addDirectedEdgeWithKey(`${id}|edge`, of, id, {
      size: 1, color: '', label: '', hidden: false, type: 'line', zIndex: 0, curvature: 0, kind: '', claims: [], mask: 0,
    });
  }
  const glyph = graph.getNodeAttributes(id);
  glyph.label = `+${count(n)}`;
  glyph.hidden = hidden;
  glyph.mask = hub.mask;
  glyph.summary.label = `${count(n)} more of ${shorten(hub.summary.label, 40)}`;
}

/** Away from the neighbours that are already there. */
export function outward(graph: ChartGraph, id: string): number {
  const { x, y } = graph.getNodeAttributes(id);
  let dx = 0;
  let dy = 0;
  graph.forEachNeighbor(id, (_, near) => {
    if (near.mask !== 0 || isGlyph(near)) return;
    const length = Math.hypot(near.x - x, near.y - y) || 1;
    dx -= (near.x - x) / length;
    dy -= (near.y - y) / length;
  });
  return Math.hypot(dx, dy) < 1e-6 ? 0 : Math.atan2(dy, dx);
}
