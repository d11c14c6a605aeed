// Every change of a chart is a step that knows its way forward and back.
import type { Edge, ObjectSummary } from '$lib/api/types';
import { addEdge, addVertex, dropEdge, type ChartGraph, type Vertex } from './graph';
import type { ChartFilter } from './filter';

export interface Placed {
  summary: ObjectSummary;
  x: number;
  y: number;
}

export type Flags = Partial<Pick<Vertex, 'away' | 'pinned' | 'folded' | 'rest'>>;

export interface Step {
  /** As the undo button says it: `Expand evil.example`. */
  label: string;
  vertices?: Placed[];
  edges?: Edge[];
  flags?: { id: string; before: Flags; after: Flags }[];
  moved?: { id: string; from: [number, number]; to: [number, number] }[];
  filter?: { before: ChartFilter; after: ChartFilter };
}

/** What a step works on. */
export interface Canvas {
  graph: ChartGraph;
  filter: ChartFilter;
}

function setFlags(graph: ChartGraph, id: string, flags: Flags): void {
  if (graph.hasNode(id)) Object.assign(graph.getNodeAttributes(id), flags);
}

function move(graph: ChartGraph, id: string, [x, y]: [number, number]): void {
  if (graph.hasNode(id)) Object.assign(graph.getNodeAttributes(id), { x, y });
}

export function forward(canvas: Canvas, step: Step): void {
  const { graph } = canvas;
  for (const { summary, x, y } of step.vertices ?? []) addVertex(graph, summary, x, y);
  for (const edge of step.edges ?? []) addEdge(graph, edge);
  for (const { id, after } of step.flags ?? []) setFlags(graph, id, after);
  for (const { id, to } of step.moved ?? []) move(graph, id, to);
  if (step.filter) canvas.filter = step.filter.after;
}

export function backward(canvas: Canvas, step: Step): void {
  const { graph } = canvas;
  if (step.filter) canvas.filter = step.filter.before;
  for (const { id, from } of step.moved ?? []) move(graph, id, from);
  for (const { id, before } of step.flags ?? []) setFlags(graph, id, before);
  for (const edge of step.edges ?? []) dropEdge(graph, edge);
  for (const { summary } of step.vertices ?? []) if (graph.hasNode(summary.id)) graph.dropNode(summary.id);
}

const MOST_STEPS = 500;

export class History {
  private done: Step[] = [];
  private undone: Step[] = [];

  constructor(private readonly canvas: Canvas) {}

  /** Takes the step; what was undone before is given up. */
  take(step: Step): void {
    forward(this.canvas, step);
    this.done.push(step);
    if (this.done.length > MOST_STEPS) this.done.shift();
    this.undone = [];
  }

  undo(): Step | undefined {
    const step = this.done.pop();
    if (step) {
      backward(this.canvas, step);
      this.undone.push(step);
    }
    return step;
  }

  redo(): Step | undefined {
    const step = this.undone.pop();
    if (step) {
      forward(this.canvas, step);
      this.done.push(step);
    }
    return step;
  }

  get undoLabel(): string | undefined {
    return this.done.at(-1)?.label;
  }

  get redoLabel(): string | undefined {
    return this.undone.at(-1)?.label;
  }

  clear(): void {
    this.done = [];
    this.undone = [];
  }
}
