// What the chart asks the node for.
import { api } from '$lib/api/client';
import type { Edge, Filter, GraphView, ObjectSummary, PathsView } from '$lib/api/types';
import { plural } from '$lib/format';
import { toServer } from './filter';
import { isGlyph } from './graph';
import type { Chart } from './model.svelte';

/** Neighbours fetched at once. */
export const PAGE = 400;
/** Up to here every link between shown things is asked for, so that what is drawn is the whole truth. */
const COMPLETE_BELOW = 3000;

/** What is off on screen leaves the rest of all that the node knows, not of all that is loaded. */
async function filterOf(chart: Chart): Promise<Filter> {
  const { kindsOff, linksOff, sourcesOff } = chart.filter;
  if (kindsOff.length + linksOff.length + sourcesOff.length === 0) return { ...toServer(chart.filter, NOTHING), hubs: 'skip' };
  const facets = await api.facets();
  const known = {
    kinds: facets.vertex_kinds.map(({ name }) => name), links: facets.link_kinds.map(({ name }) => name),
    sources: facets.sources.map(({ name }) => name),
  };
  return { ...toServer(chart.filter, known), hubs: 'skip' };
}

const NOTHING = { kinds: [], links: [], sources: [] };

/** The links between what is there and what is coming. */
async function linksBetween(chart: Chart, view: GraphView): Promise<Edge[]> {
  const fresh = view.vertices.filter(({ id }) => !chart.graph.hasNode(id));
  const all = new Set([...chart.ids, ...fresh.map(({ id }) => id)]);
  const lone = all.size === view.vertices.length;
  if (fresh.length === 0 || lone || all.size > COMPLETE_BELOW) return view.edges;
  const whole = await api.neighbourhood([...all], 0, {}, all.size);
  return [...view.edges, ...whole.edges];
}

/** Puts things on the chart, with the links between them. */
export async function bring(chart: Chart, ids: string[], hops = 0): Promise<string[]> {
  const view = await api.neighbourhood(ids, hops, { hubs: 'skip' }, Math.max(ids.length + PAGE, PAGE));
  const edges = await linksBetween(chart, view);
  const first = view.vertices.find(({ id }) => id === ids[0]);
  return chart.add(`Add ${first && ids.length === 1 ? first.label : plural(ids.length, 'thing')}`, view.vertices, edges);
}

/** One hop around each, hubs not passed through. */
export async function expand(chart: Chart, ids: string[]): Promise<void> {
  for (const id of ids) {
    if (!chart.graph.hasNode(id)) continue;
    const { moreOf } = chart.graph.getNodeAttributes(id);
    await (moreOf === null ? expandOne(chart, id) : openMore(chart, moreOf));
  }
}

async function expandOne(chart: Chart, id: string): Promise<void> {
  const view = await api.neighbourhood([id], 1, await filterOf(chart), PAGE);
  const edges = await linksBetween(chart, view);
  const before = { rest: chart.graph.getNodeAttribute(id, 'rest') };
  // Left-out links are told in the same way as left-out things; only a full page means things.
  const after = { rest: view.vertices.length >= PAGE ? (view.truncated?.more ?? 0) : 0 };
  const flags = before.rest === after.rest ? [] : [{ id, before, after }];
  const fresh = chart.add(`Expand ${chart.label(id)}`, view.vertices, edges, { centre: id, flags });
  if (fresh.length === 0 && !chart.open(id)) chart.said = `${chart.label(id)} has no more neighbours`;
  else chart.said = `${plural(fresh.length, 'thing')} added around ${chart.label(id)}`;
}

/** The next of a hub's neighbours: what is folded first, then what was not loaded. */
async function openMore(chart: Chart, id: string): Promise<void> {
  if (chart.open(id)) return;
  const { rest } = chart.graph.getNodeAttributes(id);
  const vertices: ObjectSummary[] = [];
  const edges: Edge[] = [];
  for (let cursor: string | undefined, first = true; first || cursor; first = false) {
    const page = await api.links(id, { cursor, limit: 200 });
    for (const { edge, other } of page.links) {
      if (chart.graph.hasNode(other.id)) continue;
      vertices.push(other);
      edges.push(edge);
    }
    cursor = page.next ?? undefined;
    if (vertices.length >= 50) break;
  }
  const news = new Set(vertices.map((vertex) => vertex.id)).size;
  const after = { rest: news === 0 ? 0 : Math.max(0, rest - news) };
  chart.add(`Open more of ${chart.label(id)}`, vertices, edges, {
    centre: id, flags: [{ id, before: { rest }, after }], fold: false,
  });
}

/** The best few ways between the first selected and the others. */
export async function findPaths(chart: Chart, ids: string[], count = 3): Promise<PathsView> {
  const [from, ...to] = ids;
  const found = await api.paths(from ? [from] : [], to, count, await filterOf(chart));
  if (found.paths.length) {
    chart.add(`Path from ${chart.label(from ?? '')}`, found.graph.vertices, await linksBetween(chart, found.graph), { centre: from });
    chart.select(new Set(found.paths.flatMap((path) => path.vertices)));
  }
  return found;
}

/** What all the selected are linked to. Returns how many there are. */
export async function findCommon(chart: Chart, ids: string[]): Promise<number> {
  const view = await api.commonNeighbours(ids, await filterOf(chart));
  const shared = view.vertices.filter(({ id }) => !ids.includes(id)).map(({ id }) => id);
  if (shared.length) {
    chart.add(`Common neighbours of ${plural(ids.length, 'thing')}`, view.vertices, view.edges, { centre: ids[0], fold: false });
    chart.select([...ids, ...shared]);
  }
  return shared.length;
}

/** Everything connected to it, as far as the limit goes. */
export async function bringComponent(chart: Chart, id: string, limit: number): Promise<GraphView> {
  const view = await api.component(id, await filterOf(chart), limit);
  chart.add(`Everything connected to ${chart.label(id)}`, view.vertices, view.edges, { centre: id, fold: false });
  return view;
}

/** Neighbours to expand with Enter: glyphs too. */
export const expandable = (chart: Chart): string[] =>
  [...chart.selection].filter((id) => chart.graph.hasNode(id)).sort((a, b) => Number(glyph(chart, a)) - Number(glyph(chart, b)));

const glyph = (chart: Chart, id: string): boolean => isGlyph(chart.graph.getNodeAttributes(id));
