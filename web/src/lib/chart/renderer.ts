// Sigma on one side, the chart on the other. Everything sigma reads per vertex is an attribute set when something
// changes: while panning no code of ours runs.
import { createEdgeCurveProgram } from '@sigma/edge-curve';
import { createNodeBorderProgram } from '@sigma/node-border';
import { createNodeImageProgram } from '@sigma/node-image';
import Sigma from 'sigma';
import { createEdgeArrowProgram, createNodeCompoundProgram, EdgeLineProgram } from 'sigma/rendering';
import type { CameraState } from 'sigma/types';
import { themeChanged } from '$lib/theme';
import { hoverDrawer, labelDrawer, palette, type Palette } from './draw';
import { extent } from './extent';
import { type Link, type Vertex } from './graph';
import type { Chart, Touch } from './model.svelte';

/** The chart's own units that fill the view at zoom 1. The frame never changes, so that nothing jumps when things are added. */
const FRAME = 1000;
const EDGE_LABELS_BELOW = 350;
/** More selected than this keep only the labels there is room for. */
const LABELS_FORCED = 12;
/** Shared infrastructure: a link through it alone says little. */
export const HUB_RING = '#d9961a';

const Disc = createNodeBorderProgram<Vertex, Link>({
  borders: [
    { size: { value: 0.16, mode: 'relative' }, color: { attribute: 'borderColor' } },
    { size: { fill: true }, color: { attribute: 'color' } },
  ],
});
const Glyph = createNodeImageProgram<Vertex, Link>({
  padding: 0.3, drawingMode: 'color', colorAttribute: 'glyph', size: { mode: 'max', value: 96 }, keepWithinCircle: true,
});

const ringColour = (vertex: Vertex, colours: Palette): string =>
  vertex.pinned ? colours.accent : vertex.summary.hub ? HUB_RING : vertex.color;

const Arrow = createEdgeArrowProgram<Vertex, Link>();
const Curve = createEdgeCurveProgram<Vertex, Link>();

/** Sigma reads back the pixel under the pointer at each move, which waits for the frame; while dragging it is of no use. */
function restHoverWhileDragging(sigma: Sigma<Vertex, Link>): void {
  const captor = sigma.getMouseCaptor();
  for (const hover of captor.listeners('mousemove')) {
    captor.removeListener('mousemove', hover);
    captor.on('mousemove', (move) => {
      if ((move.original as MouseEvent).buttons === 0) hover(move);
    });
  }
}

export class Renderer {
  readonly sigma: Sigma<Vertex, Link>;
  private colours: Palette;
  private queued: Touch | undefined;
  private frame = 0;
  private stopTheme: () => void;

  constructor(private readonly chart: Chart, private readonly element: HTMLElement) {
    this.colours = palette(element);
    this.sigma = new Sigma<Vertex, Link>(chart.graph, element, {
      nodeProgramClasses: { circle: createNodeCompoundProgram<Vertex, Link>([Disc, Glyph]) },
      edgeProgramClasses: { arrow: Arrow, line: EdgeLineProgram, curved: Curve },
      defaultNodeType: 'circle', defaultEdgeType: 'arrow', enableEdgeEvents: true, zIndex: true,
      hideEdgesOnMove: false, hideLabelsOnMove: true, labelDensity: 0.6, labelGridCellSize: 130, labelRenderedSizeThreshold: 7,
      labelFont: getComputedStyle(element).fontFamily, labelSize: 12, labelWeight: '500', edgeLabelSize: 11,
      edgeLabelFont: getComputedStyle(element).fontFamily, minEdgeThickness: 1.7, minCameraRatio: 0.02, maxCameraRatio: 20,
      stagePadding: 0, itemSizesReference: 'screen', doubleClickZoomingRatio: 1, allowInvalidContainer: true,
      defaultDrawNodeLabel: labelDrawer(() => this.colours), defaultDrawNodeHover: hoverDrawer(() => this.colours),
    });
    this.sigma.setCustomBBox({ x: [-FRAME / 2, FRAME / 2], y: [-FRAME / 2, FRAME / 2] });
    restHoverWhileDragging(this.sigma);
    const recolour = () => this.recolour();
    themeChanged.addEventListener('changed', recolour);
    this.stopTheme = () => themeChanged.removeEventListener('changed', recolour);
    chart.onTouch = (touch) => this.touch(touch);
    this.recolour();
  }

  private recolour(): void {
    this.colours = palette(this.element);
    this.sigma.setSetting('defaultEdgeColor', this.colours.edge);
    this.sigma.setSetting('edgeLabelColor', { color: this.colours.muted });
    this.touch('all');
  }

  /** Several changes in one frame are drawn once. */
  touch(touch: Touch): void {
    const order: (Touch | undefined)[] = [undefined, 'positions', 'marks', 'all'];
    if (order.indexOf(touch) > order.indexOf(this.queued)) this.queued = touch;
    this.frame ||= requestAnimationFrame(() => this.flush());
  }

  private flush(): void {
    const touch = this.queued;
    this.queued = undefined;
    this.frame = 0;
    if (touch === 'all' || touch === 'marks') this.mark();
    if (touch === 'all') {
      const many = this.chart.graph.size > 4000;
      this.sigma.setSetting('hideEdgesOnMove', many);
      this.sigma.setSetting('renderEdgeLabels', this.chart.graph.size < EDGE_LABELS_BELOW);
    }
    this.sigma.refresh({ skipIndexation: touch === 'marks' });
  }

  /** Colours of what is selected, focused, pinned, and of the lines at them. */
  private mark(): void {
    const { chart, colours } = this;
    const { graph, selection } = chart;
    const few = selection.size <= LABELS_FORCED;
    graph.forEachNode((id, vertex) => {
      const marked = selection.has(id);
      vertex.borderColor = marked || chart.focus === id ? colours.text : ringColour(vertex, colours);
      vertex.forceLabel = (marked && few) || vertex.moreOf !== null || chart.focus === id;
      vertex.zIndex = marked ? 3 : 1;
    });
    graph.forEachEdge((key, link, source, target) => {
      const marked = chart.edge === key || (selection.size > 1 && selection.has(source) && selection.has(target));
      const touched = selection.size === 1 && (selection.has(source) || selection.has(target));
      link.color = marked ? colours.accent : touched ? colours.touched : colours.edge;
      link.size = marked ? 2.6 : touched ? 1.6 : 1;
      link.zIndex = marked ? 2 : touched ? 1 : 0;
    });
  }

  /** Shows all that is shown, or only `ids`. */
  fit(ids: string[] = this.visible(), animate = true): void {
    const box = extent(ids.map((id) => this.chart.graph.getNodeAttributes(id)));
    if (!box) return;
    const { left, right, bottom, top } = box;
    const { width, height } = this.sigma.getDimensions();
    const side = Math.min(width, height) || 1;
    const margin = 64;
    // Labels stand to the right of their vertices.
    const labels = width > 600 ? 120 : 40;
    const ratio = Math.max(
      ((right - left) / FRAME) * (side / Math.max(width - 2 * margin - labels, 80)),
      ((top - bottom) / FRAME) * (side / Math.max(height - 2 * margin, 80)),
      0.4,
    );
    const shift = (labels / 2) * (ratio / side);
    const state = { x: 0.5 + (left + right) / 2 / FRAME + shift, y: 0.5 + (top + bottom) / 2 / FRAME, ratio, angle: 0 };
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (animate && !calm) this.travel(state, 260);
    else this.sigma.getCamera().setState(state);
  }

  private visible(): string[] {
    return this.chart.graph.filterNodes((_, vertex) => vertex.mask === 0);
  }

  /** Labels are left out on the way. When the way was nothing sigma draws no last frame, so one is asked for. */
  private travel(state: Partial<CameraState>, duration: number): void {
    void this.sigma.getCamera().animate(state, { duration }).then(() => this.sigma.scheduleRender());
  }

  zoom(factor: number): void {
    const camera = this.sigma.getCamera();
    this.travel({ ratio: camera.ratio * factor }, 140);
  }

  /** Moves the view so that `id` is in it, when it is not. */
  reveal(id: string): void {
    const { x, y } = this.sigma.graphToViewport(this.chart.graph.getNodeAttributes(id));
    const { width, height } = this.sigma.getDimensions();
    if (x > 40 && y > 40 && x < width - 40 && y < height - 40) return;
    const { x: gx, y: gy } = this.chart.graph.getNodeAttributes(id);
    this.travel({ x: 0.5 + gx / FRAME, y: 0.5 + gy / FRAME }, 200);
  }

  /** The picture as it is on screen. */
  png(): Promise<Blob | null> {
    // Drawn in this very turn: the canvases are cleared when it ends.
    this.sigma.refresh();
    const layers = this.sigma.getCanvases();
    const picture = document.createElement('canvas');
    const first = layers.edges ?? Object.values(layers)[0];
    picture.width = first?.width ?? 0;
    picture.height = first?.height ?? 0;
    const context = picture.getContext('2d');
    if (!context) return Promise.resolve(null);
    context.fillStyle = this.colours.canvas;
    context.fillRect(0, 0, picture.width, picture.height);
    for (const name of ['edges', 'edgeLabels', 'nodes', 'labels', 'hovers', 'hoverNodes']) {
      const layer = layers[name];
      if (layer && layer.width > 0) context.drawImage(layer, 0, 0, picture.width, picture.height);
    }
    return new Promise((done) => picture.toBlob(done, 'image/png'));
  }

  get theme(): Palette {
    return this.colours;
  }

  kill(): void {
    cancelAnimationFrame(this.frame);
    this.stopTheme();
    this.chart.onTouch = () => undefined;
    this.sigma.kill();
  }
}
