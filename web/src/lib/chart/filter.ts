// Which of the loaded vertices and links are shown. Each dimension owns one bit, so that a panel can count what passes
// all the others: that is what lets the time brush, the map and the lists filter each other.
import type { Filter, Tlp } from '$lib/api/types';
import { TLP, tlpRank } from '$lib/handling';
import type { ChartGraph, Link, Vertex } from './graph';

export const Why = { AWAY: 1, FOLDED: 2, KIND: 4, LINK: 8, SOURCE: 16, TLP: 32, TIME: 64, PLACE: 128 } as const;

export interface ChartFilter {
  /** What is switched off, so that what is loaded later is shown. */
  kindsOff: string[];
  linksOff: string[];
  sourcesOff: string[];
  tlpMax: Tlp;
  /** Milliseconds, both ends included. */
  time: [number, number] | null;
  /** Whether what carries no time passes a time window. */
  undated: boolean;
  /** ISO 3166-1 alpha-2; empty means everywhere. */
  places: string[];
}

export const EVERYTHING: ChartFilter = {
  kindsOff: [], linksOff: [], sourcesOff: [], tlpMax: 'red', time: null, undated: true, places: [],
};

export const isOpen = (filter: ChartFilter): boolean =>
  !filter.kindsOff.length && !filter.linksOff.length && !filter.sourcesOff.length && filter.tlpMax === 'red' &&
  !filter.time && !filter.places.length;

/** The part the node applies while it expands; the lists on screen say what is off, the node wants what is on. */
export function toServer(filter: ChartFilter, known: { kinds: string[]; links: string[]; sources: string[] }): Filter {
  const on = (all: string[], off: string[]) => (off.length ? all.filter((name) => !off.includes(name)) : undefined);
  return {
    vertex_kinds: on(known.kinds, filter.kindsOff),
    link_kinds: on(known.links, filter.linksOff),
    sources: on(known.sources, filter.sourcesOff),
    tlp_max: filter.tlpMax === 'red' ? undefined : filter.tlpMax,
    from: filter.time ? new Date(filter.time[0]).toISOString() : undefined,
    to: filter.time ? new Date(filter.time[1]).toISOString() : undefined,
  };
}

function linkMask(link: Link, filter: ChartFilter, off: Sets, rank: number): number {
  // The line to a glyph claims nothing.
  if (link.claims.length === 0) return 0;
  let mask = off.links.has(link.kind) ? Why.LINK : 0;
  let source: number = Why.SOURCE;
  let tlp: number = Why.TLP;
  let time: number = filter.time ? Why.TIME : 0;
  for (const claim of link.claims) {
    if (!off.sources.has(claim.source_name)) source = 0;
    if (claim.rank <= rank) tlp = 0;
    if (filter.time && time && inWindow(claim.ms, filter.time, filter.undated)) time = 0;
  }
  mask |= source | tlp | time;
  return mask;
}

const inWindow = (ms: number, [from, to]: [number, number], undated: boolean): boolean =>
  Number.isNaN(ms) ? undated : ms >= from && ms <= to;

interface Sets {
  kinds: Set<string>;
  links: Set<string>;
  sources: Set<string>;
  places: Set<string>;
}

function ownMask(vertex: Vertex, off: Sets, rank: number): number {
  let mask = 0;
  if (vertex.away) mask |= Why.AWAY;
  if (vertex.folded !== null) mask |= Why.FOLDED;
  if (off.kinds.has(vertex.summary.type)) mask |= Why.KIND;
  if (off.sources.size && vertex.summary.sources.every((source) => off.sources.has(source))) mask |= Why.SOURCE;
  if (vertex.tlp > rank) mask |= Why.TLP;
  return mask;
}

/**
 * A thing is in the window when it was seen in it, or when a dated link of it is. One that carries no time at all, nor
 * any dated link, follows `undated`.
 */
function inTime(graph: ChartGraph, id: string, vertex: Vertex, filter: ChartFilter): boolean {
  if (!filter.time) return true;
  const [from, to] = filter.time;
  const dated = !Number.isNaN(vertex.first);
  if (dated && vertex.first <= to && vertex.last >= from) return true;
  let anyDated = dated;
  let anyInside = false;
  graph.forEachEdge(id, (_, link) => {
    for (const { ms } of link.claims) {
      if (Number.isNaN(ms)) continue;
      anyDated = true;
      if (ms >= from && ms <= to) anyInside = true;
    }
  });
  return anyInside || (!anyDated && filter.undated);
}

/** A place shows what is there and what is directly linked to it. */
function inPlace(graph: ChartGraph, id: string, vertex: Vertex, places: Set<string>): boolean {
  if (vertex.summary.country && places.has(vertex.summary.country.toUpperCase())) return true;
  return graph.someNeighbor(id, (_, near) => !!near.summary.country && places.has(near.summary.country.toUpperCase()));
}

/** Sets `mask` and `hidden` on every vertex and link. Linear in what is loaded. */
export function applyFilter(graph: ChartGraph, filter: ChartFilter): void {
  const off: Sets = {
    kinds: new Set(filter.kindsOff), links: new Set(filter.linksOff), sources: new Set(filter.sourcesOff),
    places: new Set(filter.places),
  };
  const rank = tlpRank(filter.tlpMax);
  graph.forEachEdge((_, link) => {
    link.mask = linkMask(link, filter, off, rank);
    link.hidden = link.mask !== 0;
  });
  graph.forEachNode((id, vertex) => {
    if (vertex.moreOf !== null) return;
    let mask = ownMask(vertex, off, rank);
    if (!inTime(graph, id, vertex, filter)) mask |= Why.TIME;
    if (off.places.size && !inPlace(graph, id, vertex, off.places)) mask |= Why.PLACE;
    vertex.mask = mask;
    vertex.hidden = mask !== 0;
  });
}

export interface Tally {
  name: string;
  count: number;
}

const ranked = (counts: Map<string, number>): Tally[] =>
  [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));

const tally = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);

/** How many would be shown per kind, link kind, source and level, each list leaving its own switch out of account. */
export function tallies(graph: ChartGraph) {
  const kinds = new Map<string, number>();
  const links = new Map<string, number>();
  const sources = new Map<string, number>();
  const levels = new Map<string, number>();
  graph.forEachNode((_, { mask, summary, moreOf }) => {
    if (moreOf !== null) return;
    if ((mask & ~Why.KIND) === 0) tally(kinds, summary.type);
    if ((mask & ~Why.SOURCE) === 0) for (const source of summary.sources) tally(sources, source);
    if ((mask & ~Why.TLP) === 0) tally(levels, summary.tlp);
  });
  graph.forEachEdge((_, { mask, kind }, _s, _t, source, target) => {
    if (kind && ((mask & ~Why.LINK) | source.mask | target.mask) === 0) tally(links, kind);
  });
  return {
    kinds: ranked(kinds), links: ranked(links), sources: ranked(sources),
    levels: TLP.map((name) => ({ name, count: levels.get(name) ?? 0 })),
  };
}

/** Everything loaded by name, shown or not: what the switches are made of. */
export function names(graph: ChartGraph): { kinds: string[]; links: string[]; sources: string[] } {
  const kinds = new Set<string>();
  const links = new Set<string>();
  const sources = new Set<string>();
  graph.forEachNode((_, { summary, moreOf }) => {
    if (moreOf !== null) return;
    kinds.add(summary.type);
    summary.sources.forEach((source) => sources.add(source));
  });
  graph.forEachEdge((_, { kind, claims }) => {
    if (kind) links.add(kind);
    claims.forEach((claim) => sources.add(claim.source_name));
  });
  return { kinds: [...kinds].sort(), links: [...links].sort(), sources: [...sources].sort() };
}

export interface Histogram {
  /** Milliseconds. */
  from: number;
  to: number;
  bins: number[];
  undated: number;
}

/** Dated links and first sightings of what passes everything but time. */
export function histogram(graph: ChartGraph, size: number): Histogram | null {
  const moments: number[] = [];
  let undated = 0;
  let from = Infinity;
  let to = -Infinity;
  const note = (ms: number, passes: boolean) => {
    if (Number.isNaN(ms)) return void (undated += passes ? 1 : 0);
    // The axis covers all that is loaded, so that it stands still while other filters move.
    from = Math.min(from, ms);
    to = Math.max(to, ms);
    if (passes) moments.push(ms);
  };
  graph.forEachNode((_, { first, mask, moreOf }) => moreOf === null && note(first, (mask & ~Why.TIME) === 0));
  graph.forEachEdge((_, { mask, claims }, _s, _t, source, target) => {
    const passes = ((mask | source.mask | target.mask) & ~Why.TIME) === 0;
    for (const { ms } of claims) note(ms, passes);
  });
  if (from > to) return null;
  const bins = new Array<number>(size).fill(0);
  const width = Math.max(to - from, 1) / size;
  for (const ms of moments) {
    const at = Math.min(size - 1, Math.floor((ms - from) / width));
    bins[at] = (bins[at] ?? 0) + 1;
  }
  return { from, to, bins, undated };
}

/** Located things per country, of what passes everything but place. */
export function placeCounts(graph: ChartGraph): Map<string, number> {
  const counts = new Map<string, number>();
  graph.forEachNode((_, { mask, summary, moreOf }) => {
    if (moreOf === null && summary.country && (mask & ~Why.PLACE) === 0) tally(counts, summary.country.toUpperCase());
  });
  return counts;
}
