// The chart's graph: graphology is the one store of what is loaded. Attributes are read by sigma as they are,
// so nothing per vertex goes through Svelte's reactivity.
import { MultiDirectedGraph } from 'graphology';
import type { Edge, ObjectSummary, Tlp } from '$lib/api/types';
import { shorten } from '$lib/format';
import { tlpRank } from '$lib/handling';
import { kindColour, kindIconFile, linkName } from '$lib/kinds';

export interface Vertex {
  // Read by sigma.
  x: number;
  y: number;
  size: number;
  label: string;
  color: string;
  borderColor: string;
  image: string;
  /** Colour of the icon on the disc. */
  glyph: string;
  hidden: boolean;
  forceLabel: boolean;
  zIndex: number;
  // Ours.
  summary: ObjectSummary;
  /** Milliseconds; NaN when not known. */
  first: number;
  last: number;
  tlp: number;
  /** Why it is not shown: bits of `Why`. 0 means shown. */
  mask: number;
  /** Put away by the analyst. */
  away: boolean;
  pinned: boolean;
  /** The vertex into which it is folded. */
  folded: string | null;
  /** Neighbours the node has and the chart has not loaded; known once expanded. */
  rest: number;
  /** Set on the glyph that stands for folded and unloaded neighbours: whose they are. */
  moreOf: string | null;
}

export interface Claimed extends Edge {
  ms: number;
  rank: number;
}

export interface Link {
  size: number;
  color: string;
  label: string;
  hidden: boolean;
  type: string;
  zIndex: number;
  curvature: number;
  kind: string;
  /** Everyone who says so. */
  claims: Claimed[];
  mask: number;
}

export type ChartGraph = MultiDirectedGraph<Vertex, Link>;
export const newGraph = (): ChartGraph => new MultiDirectedGraph<Vertex, Link>();

const moment = (at: string | null | undefined): number => (at ? Date.parse(at) : NaN);

/** What was withdrawn is pale, whatever its kind. */
export const REVOKED = '#8b96a1';

export const vertexSize = (degree: number): number => Math.min(6 + Math.log2(1 + degree) * 1.15, 17);

export function addVertex(graph: ChartGraph, summary: ObjectSummary, x: number, y: number): void {
  if (graph.hasNode(summary.id)) return;
  const first = moment(summary.first_seen ?? summary.last_seen);
  graph.addNode(summary.id, {
    x, y, size: vertexSize(summary.degree), label: shorten(summary.label, 36), color: summary.revoked ? REVOKED : kindColour(summary.type),
    borderColor: kindColour(summary.type), image: kindIconFile(summary.type), glyph: '#ffffff', hidden: false, forceLabel: false, zIndex: 1,
    summary, first, last: moment(summary.last_seen ?? summary.first_seen), tlp: tlpRank(summary.tlp as Tlp), mask: 0,
    away: false, pinned: false, folded: null, rest: 0, moreOf: null,
  });
}

export const edgeKey = (edge: Edge): string => `${edge.source}|${edge.kind}|${edge.target}`;

const same = (a: Edge, b: Edge): boolean =>
  a.claim === b.claim && (a.at ?? '') === (b.at ?? '') && a.source_name === b.source_name && a.tlp === b.tlp;

export function hasEdge(graph: ChartGraph, edge: Edge): boolean {
  const key = edgeKey(edge);
  return graph.hasEdge(key) && graph.getEdgeAttribute(key, 'claims').some((claim) => same(claim, edge));
}

/** Claims of the same link share one line; different kinds between two things are drawn as separate curves. */
export function addEdge(graph: ChartGraph, edge: Edge): void {
  const key = edgeKey(edge);
  if (!graph.hasNode(edge.source) || !graph.hasNode(edge.target)) return;
  const claim: Claimed = { ...edge, ms: moment(edge.at), rank: tlpRank(edge.tlp) };
  if (graph.hasEdge(key)) {
    const { claims } = graph.getEdgeAttributes(key);
    if (!claims.some((known) => same(known, edge))) claims.push(claim);
    return;
  }
  const parallel = graph.edges(edge.source, edge.target).length;
  graph.addDirectedEdgeWithKey(key, edge.source, edge.target, {
    size: 1, color: '', label: linkName(edge.kind), hidden: false, type: parallel ? 'curved' : 'arrow', zIndex: 0,
    curvature: parallel ? 0.2 * parallel : 0, kind: edge.kind, claims: [claim], mask: 0,
  });
}

export function dropEdge(graph: ChartGraph, edge: Edge): void {
  const key = edgeKey(edge);
  if (!graph.hasEdge(key)) return;
  const { claims } = graph.getEdgeAttributes(key);
  const at = claims.findIndex((known) => same(known, edge));
  if (at >= 0) claims.splice(at, 1);
  if (claims.length === 0) graph.dropEdge(key);
}

export const isGlyph = (vertex: Vertex): boolean => vertex.moreOf !== null;

/** The things of the chart, without the glyphs. */
export function things(graph: ChartGraph): string[] {
  return graph.filterNodes((_, vertex) => !isGlyph(vertex));
}

export const shown = (graph: ChartGraph): string[] => graph.filterNodes((_, vertex) => vertex.mask === 0 && !isGlyph(vertex));

export const linkShown = (link: Link, source: Vertex, target: Vertex): boolean =>
  link.mask === 0 && source.mask === 0 && target.mask === 0;
