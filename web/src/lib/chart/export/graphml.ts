// GraphML as yEd, Gephi and Maltego read it: what is shown, with who says so on every edge.
import { linkShown, isGlyph, type ChartGraph } from '../graph';

/** XML 1.0 forbids most control characters even when escaped. */
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

export const xml = (text: string): string =>
  text
    .replace(FORBIDDEN, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

const NODE_KEYS: [string, string][] = [
  ['label', 'string'], ['type', 'string'], ['tlp', 'string'], ['sources', 'string'], ['country', 'string'], ['x', 'double'], ['y', 'double'],
];
const EDGE_KEYS: [string, string][] = [['kind', 'string'], ['at', 'string'], ['source_name', 'string'], ['tlp', 'string'], ['claim', 'long']];

const data = (key: string, value: string | number | null | undefined): string =>
  value === null || value === undefined || value === '' ? '' : `<data key="${key}">${xml(String(value))}</data>`;

export function graphml(graph: ChartGraph): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...NODE_KEYS.map(([name, type]) => `<key id="n_${name}" for="node" attr.name="${name}" attr.type="${type}"/>`),
    ...EDGE_KEYS.map(([name, type]) => `<key id="e_${name}" for="edge" attr.name="${name}" attr.type="${type}"/>`),
    '<graph edgedefault="directed">',
  ];
  graph.forEachNode((id, vertex) => {
    if (vertex.mask !== 0 || isGlyph(vertex)) return;
    const { label, type, tlp, sources, country } = vertex.summary;
    lines.push(
      `<node id="${xml(id)}">${data('n_label', label)}${data('n_type', type)}${data('n_tlp', tlp)}${data('n_sources', sources.join('; '))}` +
        `${data('n_country', country)}${data('n_x', vertex.x)}${data('n_y', -vertex.y)}</node>`,
    );
  });
  graph.forEachEdge((_, link, source, target, from, to) => {
    if (!linkShown(link, from, to) || !link.kind) return;
    for (const claim of link.claims) {
      lines.push(
        `<edge source="${xml(source)}" target="${xml(target)}">${data('e_kind', claim.kind)}${data('e_at', claim.at)}` +
          `${data('e_source_name', claim.source_name)}${data('e_tlp', claim.tlp)}${data('e_claim', claim.claim)}</edge>`,
      );
    }
  });
  return [...lines, '</graph>', '</graphml>', ''].join('\n');
}
