// The chart as vectors, from the positions; not a picture of the screen.
import { TLP, tlpName } from '$lib/handling';
import { extent } from '../extent';
import { linkShown, type ChartGraph, type Vertex } from '../graph';
import { xml } from './graphml';

export interface SvgColours {
  canvas: string;
  text: string;
  edge: string;
  muted: string;
}

const MARGIN = 60;
/** For the label of the rightmost vertex. */
const LABEL_ROOM = 160;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const round = (n: number): number => Math.round(n * 10) / 10;

/** `icon(type)` gives the inner markup of a 24×24 icon. */
export function svg(graph: ChartGraph, colours: SvgColours, icon: (type: string) => string): string {
  const vertices = graph.filterNodes((_, vertex) => vertex.mask === 0).map((id) => graph.getNodeAttributes(id));
  const around = extent(vertices) ?? { left: 0, right: 0, bottom: 0, top: 0 };
  const box: Box = {
    x: round(around.left - MARGIN), y: round(-around.top - MARGIN), width: round(around.right - around.left + 2 * MARGIN + LABEL_ROOM),
    height: round(around.top - around.bottom + 2 * MARGIN),
  };
  const types = [...new Set(vertices.map(({ summary }) => summary.type))];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box.x} ${box.y} ${box.width} ${box.height}" width="${box.width}" height="${box.height}" font-family="system-ui, sans-serif">`,
    `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" fill="${colours.canvas}"/>`,
    '<defs>',
    `<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="${colours.edge}"/></marker>`,
    ...types.map((type) => `<symbol id="${symbol(type)}" viewBox="0 0 24 24" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${icon(type)}</symbol>`),
    '</defs>',
    `<g stroke="${colours.edge}" stroke-width="1" fill="none">`,
    ...edges(graph),
    '</g>',
    ...vertices.map((vertex) => disc(vertex, colours)),
    marking(vertices, box, colours),
    '</svg>',
    '',
  ].join('\n');
}

const symbol = (type: string): string => `kind-${type.replaceAll(/[^a-z0-9-]/gi, '-')}`;

function edges(graph: ChartGraph): string[] {
  return graph
    .filterEdges((_, link, _s, _t, source, target) => linkShown(link, source, target))
    .map((key) => {
      const [from, to] = graph.extremities(key).map((id) => graph.getNodeAttributes(id)) as [Vertex, Vertex];
      const { label, curvature, kind } = graph.getEdgeAttributes(key);
      const [x1, y1, x2, y2] = [from.x, -from.y, to.x, -to.y];
      const length = Math.hypot(x2 - x1, y2 - y1) || 1;
      // Ends at the rim, so that the arrow head is seen.
      const [ex, ey] = [x2 - ((x2 - x1) / length) * to.size, y2 - ((y2 - y1) / length) * to.size];
      const [cx, cy] = [(x1 + x2) / 2 + (y1 - y2) * curvature * 0.5, (y1 + y2) / 2 + (x2 - x1) * curvature * 0.5];
      const way = curvature ? `Q${round(cx)} ${round(cy)} ` : 'L';
      return `<path d="M${round(x1)} ${round(y1)}${way}${round(ex)} ${round(ey)}"${kind ? ' marker-end="url(#arrow)"' : ''}><title>${xml(label)}</title></path>`;
    });
}

function disc({ x, y, size, color, label, summary }: Vertex, colours: SvgColours): string {
  const [cx, cy] = [round(x), round(-y)];
  const side = round(size * 1.24);
  return (
    `<g><title>${xml(summary.label)}</title><circle cx="${cx}" cy="${cy}" r="${round(size)}" fill="${color}"/>` +
    `<use href="#${symbol(summary.type)}" x="${round(cx - side / 2)}" y="${round(cy - side / 2)}" width="${side}" height="${side}"/>` +
    `<text x="${round(cx + size + 4)}" y="${cy + 4}" font-size="11" fill="${colours.text}" stroke="${colours.canvas}" stroke-width="3" paint-order="stroke">${xml(label)}</text></g>`
  );
}

/** What leaves as a picture says how it may be handled: the strictest of what is in it. */
function marking(vertices: Vertex[], box: Box, colours: SvgColours): string {
  const tlp = TLP[Math.max(0, ...vertices.map((vertex) => vertex.tlp))];
  if (!tlp || vertices.length === 0) return '';
  return `<text x="${box.x + 16}" y="${box.y + box.height - 16}" font-size="12" font-weight="700" fill="${colours.muted}">${xml(tlpName(tlp))}</text>`;
}
