// Pointer gestures on the canvas: select, drag, lasso, expand.
import type { Chart } from './model.svelte';
import type { Positions } from './layouts';
import type { Renderer } from './renderer';

export type Point = [number, number];

export interface Hooks {
  expand: (id: string) => void;
  /** The lasso's outline while it is drawn, null when done. */
  lasso: (outline: Point[] | null) => void;
  /** Whether a plain drag draws a lasso too. */
  lassoMode: () => boolean;
}

/** Ray casting: how often a ray from the point crosses the outline. */
export function inside([x, y]: Point, outline: Point[]): boolean {
  let within = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [xi, yi] = outline[i] ?? [0, 0];
    const [xj, yj] = outline[j] ?? [0, 0];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
  }
  return within;
}

export function gestures(chart: Chart, renderer: Renderer, hooks: Hooks): void {
  const { sigma } = renderer;
  let dragged: { id: string; before: Positions; moved: boolean } | null = null;
  let outline: Point[] | null = null;
  /** A drag ends with a click that must not select. */
  let swallow = false;

  sigma.on('clickNode', ({ node, event }) => {
    if (swallow) return void (swallow = false);
    const { ctrlKey, metaKey, shiftKey } = event.original as MouseEvent;
    if (ctrlKey || metaKey || shiftKey) chart.toggle(node);
    else chart.select([node]);
  });
  sigma.on('clickEdge', ({ edge }) => {
    if (chart.graph.getEdgeAttribute(edge, 'kind')) chart.selectEdge(edge);
  });
  sigma.on('clickStage', () => {
    if (swallow) return void (swallow = false);
    chart.select([]);
  });
  sigma.on('doubleClickNode', ({ node, event }) => {
    event.preventSigmaDefault();
    hooks.expand(node);
  });
  sigma.on('doubleClickStage', ({ event }) => event.preventSigmaDefault());

  sigma.on('downNode', ({ node, event }) => {
    const { shiftKey, button } = event.original as MouseEvent;
    if (shiftKey || hooks.lassoMode() || button > 0) return;
    const group = chart.selection.has(node) ? chart.selection : new Set([node]);
    const before: Positions = new Map();
    for (const id of group) {
      const { x, y } = chart.graph.getNodeAttributes(id);
      before.set(id, [x, y]);
    }
    dragged = { id: node, before, moved: false };
    sigma.getCamera().disable();
  });
  sigma.on('downStage', ({ event }) => {
    const { shiftKey } = event.original as MouseEvent;
    if (!shiftKey && !hooks.lassoMode()) return;
    sigma.getCamera().disable();
    outline = [[event.x, event.y]];
  });
  sigma.on('moveBody', ({ event }) => {
    if (outline) {
      outline.push([event.x, event.y]);
      hooks.lasso(outline.slice());
      event.preventSigmaDefault();
    }
    if (!dragged) return;
    const to = sigma.viewportToGraph(event);
    const from = dragged.before.get(dragged.id);
    if (!from) return;
    dragged.moved = true;
    const shift: Point = [to.x - from[0], to.y - from[1]];
    chart.preview(new Map([...dragged.before].map(([id, [x, y]]) => [id, [x + shift[0], y + shift[1]]])));
    event.preventSigmaDefault();
    event.original.preventDefault();
  });

  const release = () => {
    sigma.getCamera().enable();
    if (dragged?.moved) {
      chart.settle('Move', dragged.before);
      swallow = true;
    }
    dragged = null;
    if (outline) {
      const drawn = outline;
      outline = null;
      hooks.lasso(null);
      if (drawn.length > 3) {
        swallow = true;
        chart.select(caught(chart, renderer, drawn));
      }
    }
  };
  sigma.on('upNode', release);
  sigma.on('upStage', release);
}

function caught(chart: Chart, renderer: Renderer, outline: Point[]): string[] {
  return chart.graph.filterNodes((_, vertex) => {
    if (vertex.mask !== 0 || vertex.moreOf !== null) return false;
    const { x, y } = renderer.sigma.graphToViewport(vertex);
    return inside([x, y], outline);
  });
}
