// The layouts that need no iteration. Each gives a position for every shown vertex; the caller makes one step of it.
import { packSiblings } from 'd3-hierarchy';
import { kindTone } from '$lib/kinds';
import { glyphId } from './fold';
import { isGlyph, type ChartGraph } from './graph';
import { SPACING, spiral } from './place';

export type Positions = Map<string, [number, number]>;
export type LayoutName = 'force' | 'hierarchic' | 'circular' | 'group';

export const LAYOUTS: { name: LayoutName; title: string }[] = [
  { name: 'force', title: 'Force' },
  { name: 'hierarchic', title: 'Hierarchic' },
  { name: 'circular', title: 'Circular' },
  { name: 'group', title: 'By group' },
];

const shownIds = (graph: ChartGraph): string[] => graph.filterNodes((_, vertex) => vertex.mask === 0 && !isGlyph(vertex));

export function layout(name: Exclude<LayoutName, 'force'>, graph: ChartGraph, roots: string[]): Positions {
  const placed = { hierarchic, circular, group }[name](graph, roots);
  for (const id of placed.keys()) placeGlyph(graph, id, placed);
  graph.forEachNode((id, { pinned, x, y }) => pinned && placed.has(id) && placed.set(id, [x, y]));
  return placed;
}

function placeGlyph(graph: ChartGraph, id: string, placed: Positions): void {
  const [x, y] = placed.get(id) ?? [0, 0];
  if (graph.hasNode(glyphId(id))) placed.set(glyphId(id), [x + SPACING * 0.6, y - SPACING * 0.9]);
}

/** Kinds in order around a circle; more circles when one would grow too wide. */
function circular(graph: ChartGraph): Positions {
  const ids = shownIds(graph).sort((a, b) => {
    const [one, two] = [graph.getNodeAttribute(a, 'summary'), graph.getNodeAttribute(b, 'summary')];
    return kindTone(one.type).localeCompare(kindTone(two.type)) || one.type.localeCompare(two.type) || two.degree - one.degree;
  });
  const placed: Positions = new Map();
  const rings = Math.max(1, Math.ceil(Math.sqrt(ids.length / 120)));
  const perRing = Math.ceil(ids.length / rings);
  const inner = Math.max(SPACING * 2, (perRing * SPACING) / (2 * Math.PI));
  ids.forEach((id, i) => {
    // Round robin, so that a kind stays one sector of all rings.
    const ring = i % rings;
    const at = (i / ids.length) * Math.PI * 2 - Math.PI / 2;
    const radius = inner + ring * SPACING * 1.6;
    placed.set(id, [Math.cos(at) * radius, Math.sin(at) * radius]);
  });
  return placed;
}

/** One disc per kind, packed together. */
function group(graph: ChartGraph): Positions {
  const kinds = new Map<string, string[]>();
  for (const id of shownIds(graph)) {
    const { type } = graph.getNodeAttribute(id, 'summary');
    kinds.set(type, [...(kinds.get(type) ?? []), id]);
  }
  const discs = [...kinds.values()]
    .sort((a, b) => b.length - a.length)
    .map((ids) => ({ ids, r: SPACING * (0.62 * Math.sqrt(ids.length) + 1.4), x: 0, y: 0 }));
  packSiblings(discs);
  const placed: Positions = new Map();
  for (const { ids, x, y } of discs) {
    ids.sort((a, b) => graph.degree(b) - graph.degree(a));
    ids.forEach((id, i) => {
      const [dx, dy] = spiral(i);
      placed.set(id, [x + dx, y + dy]);
    });
  }
  return placed;
}

const MOST_IN_ROW = 28;

/** Layers by distance from the selected (or the best connected) vertices; each ordered by where its neighbours stand. */
function hierarchic(graph: ChartGraph, roots: string[]): Positions {
  const placed: Positions = new Map();
  const left = new Set(shownIds(graph));
  let offset = 0;
  const seeds = [...roots, ...[...left].sort((a, b) => graph.degree(b) - graph.degree(a))];
  const singles: string[] = [];
  const chosen = roots.filter((id) => left.has(id));
  if (chosen.length) offset = drawLayers(graph, layersFrom(graph, chosen, left), offset, placed);
  for (const seed of seeds) {
    if (!left.has(seed)) continue;
    const layers = layersFrom(graph, [seed], left);
    if (layers.length === 1) singles.push(seed);
    else offset = drawLayers(graph, layers, offset, placed);
  }
  singles.forEach((id, i) => placed.set(id, [offset + (i % MOST_IN_ROW) * SPACING, -Math.floor(i / MOST_IN_ROW) * SPACING]));
  return placed;
}

function layersFrom(graph: ChartGraph, seeds: string[], left: Set<string>): string[][] {
  const layers = [seeds];
  seeds.forEach((seed) => left.delete(seed));
  for (let front = seeds; front.length; ) {
    const next: string[] = [];
    for (const id of front) {
      graph.forEachNeighbor(id, (near) => {
        if (left.delete(near)) next.push(near);
      });
    }
    if (next.length) layers.push(next);
    front = next;
  }
  return layers;
}

function drawLayers(graph: ChartGraph, layers: string[][], offset: number, placed: Positions): number {
  const widest = Math.max(...layers.map((layer) => Math.min(layer.length, MOST_IN_ROW)));
  const width = widest * SPACING * 1.15;
  let y = 0;
  for (const layer of layers) {
    const mean = new Map(layer.map((id) => [id, barycentre(graph, id, placed)]));
    layer.sort((a, b) => (mean.get(a) ?? 0) - (mean.get(b) ?? 0));
    const rows = Math.ceil(layer.length / MOST_IN_ROW);
    const perRow = Math.ceil(layer.length / rows);
    layer.forEach((id, i) => {
      // Column by column, so that a wide layer keeps its order from left to right in several rows.
      const column = Math.floor(i / rows);
      const x = offset + width / 2 + (column - (perRow - 1) / 2) * (width / Math.max(perRow, 1));
      placed.set(id, [x, y - (i % rows) * SPACING * 0.9]);
    });
    y -= SPACING * (2.4 + rows * 0.9);
  }
  return offset + width + SPACING * 2;
}

function barycentre(graph: ChartGraph, id: string, placed: Positions): number {
  let sum = 0;
  let n = 0;
  graph.forEachNeighbor(id, (near) => {
    const at = placed.get(near);
    if (at) {
      sum += at[0];
      n += 1;
    }
  });
  return n ? sum / n : 0;
}
