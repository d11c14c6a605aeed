// What is saved of a chart: which things, where, and how it is filtered. Never what they say: on reopening, the node is
// asked again, so that a saved chart shows nobody what they may not see.
import { api } from '$lib/api/client';
import { EVERYTHING, type ChartFilter } from './filter';
import { isGlyph } from './graph';
import type { Chart } from './model.svelte';

export interface ChartDocument {
  format: 1;
  vertices: { id: string; x: number; y: number; pinned?: boolean; away?: boolean; folded?: string; rest?: number }[];
  filter: ChartFilter;
}

export function toDocument(chart: Chart): ChartDocument {
  const vertices: ChartDocument['vertices'] = [];
  chart.graph.forEachNode((id, vertex) => {
    if (isGlyph(vertex)) return;
    const { x, y, pinned, away, folded, rest } = vertex;
    vertices.push({
      id, x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10, ...(pinned && { pinned }), ...(away && { away }),
      ...(folded && { folded }), ...(rest && { rest }),
    });
  });
  return { format: 1, vertices, filter: chart.filter };
}

export function parseDocument(saved: unknown): ChartDocument {
  const document = saved as Partial<ChartDocument> | null;
  if (document?.format !== 1 || !Array.isArray(document.vertices)) {
    throw new Error('This chart was saved by another version and cannot be read.');
  }
  return { format: 1, vertices: document.vertices, filter: { ...EVERYTHING, ...document.filter } };
}

/** Fills an empty chart. Returns how many of its things are no longer there for this viewer. */
export async function restore(chart: Chart, saved: ChartDocument): Promise<number> {
  const ids = saved.vertices.map(({ id }) => id);
  if (ids.length === 0) return 0;
  const view = await api.neighbourhood(ids, 0, {}, ids.length);
  const there = new Map(view.vertices.map((summary) => [summary.id, summary]));
  const known = saved.vertices.filter(({ id }) => there.has(id));
  chart.take({
    label: 'Open',
    vertices: known.flatMap(({ id, x, y }) => {
      const summary = there.get(id);
      return summary ? [{ summary, x, y }] : [];
    }),
    edges: view.edges,
    flags: known.map(({ id, pinned = false, away = false, folded = null, rest = 0 }) => ({
      id, before: {}, after: { pinned, away, folded, rest },
    })),
    filter: { before: EVERYTHING, after: saved.filter },
  });
  chart.history.clear();
  chart.dirty = false;
  return ids.length - known.length;
}
