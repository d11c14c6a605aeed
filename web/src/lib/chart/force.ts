// The force layout: arrays out to the worker, positions back.
import forceAtlas2 from 'graphology-layout-forceatlas2';
import { isGlyph, type ChartGraph } from './graph';
import type { Positions } from './layouts';
import { SPACING } from './place';

export interface ForceJob {
  nodes: Float32Array;
  edges: Float32Array;
  settings: Record<string, number | boolean>;
  iterations: number;
}

export interface ForceNews {
  nodes: Float32Array;
  done: number;
  finished: boolean;
}

/** Layout of the flat arrays that graphology-layout-forceatlas2 iterates over. */
const NODE = { SIZE: 10, X: 0, Y: 1, MASS: 6, CONVERGENCE: 7, RADIUS: 8, FIXED: 9 };

export function prepare(graph: ChartGraph, fixed: (id: string) => boolean): { ids: string[]; job: ForceJob } {
  const ids = graph.filterNodes((_, vertex) => vertex.mask === 0 && (!isGlyph(vertex) || !vertex.hidden));
  const row = new Map(ids.map((id, i) => [id, i * NODE.SIZE]));
  const nodes = new Float32Array(ids.length * NODE.SIZE);
  ids.forEach((id, i) => {
    const { x, y, size } = graph.getNodeAttributes(id);
    const at = i * NODE.SIZE;
    // Two in the very same spot would never part.
    nodes[at + NODE.X] = x + ((i * 7919) % 13) * 0.01;
    nodes[at + NODE.Y] = y + ((i * 104729) % 13) * 0.01;
    nodes[at + NODE.MASS] = 1;
    nodes[at + NODE.CONVERGENCE] = 1;
    nodes[at + NODE.RADIUS] = size;
    nodes[at + NODE.FIXED] = fixed(id) ? 1 : 0;
  });
  const pairs: number[] = [];
  graph.forEachEdge((_, { mask }, source, target) => {
    const [from, to] = [row.get(source), row.get(target)];
    if (mask !== 0 || from === undefined || to === undefined || from === to) return;
    // Source row, target row, weight.
    pairs.push(from, to, 1);
    nodes[from + NODE.MASS] = (nodes[from + NODE.MASS] ?? 0) + 1;
    nodes[to + NODE.MASS] = (nodes[to + NODE.MASS] ?? 0) + 1;
  });
  const settings = {
    ...forceAtlas2.inferSettings(ids.length), gravity: 0.2, strongGravityMode: false, linLogMode: false, outboundAttractionDistribution: false,
    scalingRatio: SPACING * 2.6, slowDown: 1 + Math.log(ids.length + 1), edgeWeightInfluence: 0, adjustSizes: false,
    barnesHutOptimize: ids.length > 800, barnesHutTheta: 0.7,
  };
  const iterations = ids.length > 5000 ? 140 : ids.length > 1000 ? 260 : 420;
  return { ids, job: { nodes, edges: new Float32Array(pairs), settings, iterations } };
}

export function positions(ids: string[], nodes: Float32Array): Positions {
  return new Map(ids.map((id, i) => [id, [nodes[i * NODE.SIZE + NODE.X] ?? 0, nodes[i * NODE.SIZE + NODE.Y] ?? 0]]));
}

/** Runs until settled; `show` gets positions on the way. Returns how to stop early. */
export function runForce(
  graph: ChartGraph,
  fixed: (id: string) => boolean,
  show: (positions: Positions, progress: number) => void,
  finished: (positions: Positions) => void,
): () => void {
  const { ids, job } = prepare(graph, fixed);
  if (ids.length === 0) return () => undefined;
  const worker = new Worker(new URL('./force.worker.ts', import.meta.url), { type: 'module' });
  let last = positions(ids, job.nodes);
  worker.onmessage = ({ data }: MessageEvent<ForceNews>) => {
    last = positions(ids, data.nodes);
    show(last, data.done / job.iterations);
    if (data.finished) stop();
  };
  const stop = () => {
    if (!worker.onmessage) return;
    worker.onmessage = null;
    worker.terminate();
    finished(last);
  };
  worker.postMessage(job);
  return stop;
}
