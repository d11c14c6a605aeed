// A small world for the tests of the chart.
import type { Edge, ObjectSummary, Tlp } from '$lib/api/types';
import { addEdge, addVertex, newGraph, type ChartGraph } from './graph';

export const thing = (name: string, more: Partial<ObjectSummary> = {}): ObjectSummary => ({
  id: `domain-name--${name}`, type: 'domain-name', label: name, revoked: false, mentioned_only: false, sources: ['A'],
  tlp: 'green', claims: 1, degree: 1, ...more,
});

export const link = (source: string, target: string, more: Partial<Edge> = {}): Edge => ({
  source: `domain-name--${source}`, target: `domain-name--${target}`, kind: 'related-to', source_name: 'A',
  tlp: 'green' as Tlp, claim: 1, ...more,
});

export const id = (name: string): string => `domain-name--${name}`;

export function graphOf(things: ObjectSummary[], links: Edge[]): ChartGraph {
  const graph = newGraph();
  things.forEach((summary, i) => addVertex(graph, summary, i * 10, 0));
  links.forEach((edge) => addEdge(graph, edge));
  return graph;
}
