import { describe, expect, it } from 'vitest';
import { applyFilter, EVERYTHING } from '../filter';
import { graphOf, id, link, thing } from '../world.fixture';
import { fileName } from './download';
import { graphml } from './graphml';
import { svg } from './svg';

const world = () => {
  const graph = graphOf(
    [thing('a<&"\u0001'), thing('b', { tlp: 'red' }), thing('hidden')],
    [{ ...link('a<&"\u0001', 'b'), at: '2026-01-01T00:00:00Z' }, link('a<&"\u0001', 'b', { claim: 2, source_name: 'B & C' }), link('hidden', 'b')],
  );
  graph.setNodeAttribute(id('hidden'), 'away', true);
  applyFilter(graph, EVERYTHING);
  return graph;
};
const colours = { canvas: '#fff', text: '#000', edge: '#999', muted: '#555' };

describe('GraphML', () => {
  it('holds what is shown, one edge per claim, escaped', () => {
    const text = graphml(world());
    expect(text.match(/<node /g)).toHaveLength(2);
    expect(text.match(/<edge /g)).toHaveLength(2);
    expect(text).toContain('a&lt;&amp;&quot;');
    expect(text).toContain('<data key="e_source_name">B &amp; C</data>');
    expect(text).not.toContain('\u0001');
    expect(text).not.toContain('hidden');
  });
});

describe('SVG', () => {
  it('draws vectors for what is shown, with icons once per kind and the strictest marking', () => {
    const text = svg(world(), colours, (type) => `<path d="M0 0" class="${type}"/>`);
    expect(text.match(/<circle /g)).toHaveLength(2);
    expect(text.match(/<symbol /g)).toHaveLength(1);
    expect(text).toContain('TLP:RED');
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('is a drawing even of nothing', () => {
    expect(svg(graphOf([], []), colours, () => '')).not.toMatch(/NaN|Infinity/);
  });
});

describe('file names', () => {
  it('keep letters of any script and nothing a system trips over', () => {
    expect(fileName('Ösa / über: "x"', 'svg')).toBe('Ösa-über-x.svg');
    expect(fileName('///', 'png')).toBe('chart.png');
  });
});
