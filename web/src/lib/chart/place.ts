// Where new vertices appear: near what they are linked to, on the free side, so that nothing else has to move.
import type { Edge, ObjectSummary } from '$lib/api/types';
import { outward } from './fold';
import type { ChartGraph } from './graph';
import type { Placed } from './step';

/** Distance between neighbouring vertices, in the chart's own units. */
export const SPACING = 34;

const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/** The point `n` of a spiral that fills the plane evenly. */
export function spiral(n: number, spacing = SPACING): [number, number] {
  const radius = spacing * 0.62 * Math.sqrt(n);
  return [Math.cos(n * GOLDEN) * radius, Math.sin(n * GOLDEN) * radius];
}

/** A fan on the free side of `centre`, ring after ring. */
function fan(index: number, total: number, angle: number): [number, number] {
  const whole = total > 14;
  let ring = 0;
  let left = index;
  let room = 10;
  while (left >= room) {
    left -= room;
    ring += 1;
    room = 10 + ring * 8;
  }
  const inRing = Math.min(room, total - (index - left));
  const width = whole ? Math.PI * 2 : Math.min(Math.PI * 1.3, inRing * 0.42);
  const step = width / (whole ? inRing : Math.max(1, inRing - 1));
  const at = angle - width / 2 + step * (inRing === 1 ? 0 : left) + (inRing === 1 ? width / 2 : 0);
  const radius = SPACING * (2 + ring * 1.15);
  return [Math.cos(at) * radius, Math.sin(at) * radius];
}

/** Positions for `fresh`: around `centre` when given, else around the middle of what each is linked to, else in a spiral. */
export function place(graph: ChartGraph, fresh: ObjectSummary[], edges: Edge[], centre?: string): Placed[] {
  if (centre && graph.hasNode(centre)) return around(graph, fresh, edges, centre);
  const [ox, oy] = free(graph);
  return fresh.map((summary, i) => {
    const [x, y] = spiral(i + 0.5);
    return { summary, x: ox + x, y: oy + y };
  });
}

function around(graph: ChartGraph, fresh: ObjectSummary[], edges: Edge[], centre: string): Placed[] {
  const { x, y } = graph.getNodeAttributes(centre);
  const anchors = anchorsOf(graph, edges, centre);
  const angle = outward(graph, centre);
  const loose = fresh.filter((summary) => !anchors.has(summary.id));
  const places = new Map<string, [number, number]>();
  loose.forEach((summary, i) => places.set(summary.id, fan(i, loose.length, angle)));
  return fresh.map((summary, i) => {
    const [dx, dy] = places.get(summary.id) ?? [0, 0];
    const anchor = anchors.get(summary.id);
    // Linked to something else on the chart too: between the two, a little aside so that two never coincide.
    if (anchor) return { summary, x: (x + anchor[0]) / 2 + spiral(i + 1, 10)[0], y: (y + anchor[1]) / 2 + spiral(i + 1, 10)[1] };
    return { summary, x: x + dx, y: y + dy };
  });
}

function anchorsOf(graph: ChartGraph, edges: Edge[], centre: string): Map<string, [number, number]> {
  const anchors = new Map<string, [number, number]>();
  for (const { source, target } of edges) {
    for (const [near, far] of [[source, target], [target, source]] as const) {
      if (near !== centre && graph.hasNode(near) && !graph.hasNode(far)) {
        const { x, y } = graph.getNodeAttributes(near);
        anchors.set(far, [x, y]);
      }
    }
  }
  return anchors;
}

/** A spot to the right of everything. */
function free(graph: ChartGraph): [number, number] {
  let right = -Infinity;
  let top = 0;
  graph.forEachNode((_, { x, y, hidden }) => {
    if (hidden) return;
    if (x > right) [right, top] = [x, y];
  });
  return right === -Infinity ? [0, 0] : [right + SPACING * 3, top];
}
