import { describe, expect, it } from 'vitest';
import { applyFilter, EVERYTHING } from './filter';
import { autoFold, drawGlyphs, FOLD_ABOVE, glyphId, KEEP_OPEN, leaves } from './fold';
import { graphOf, id, link, thing } from './world.fixture';

const star = (n: number) => {
  const names = Array.from({ length: n }, (_, i) => `leaf${i}`);
  return graphOf(
    [thing('hub'), thing('other'), ...names.map((name, i) => thing(name, { degree: i }))],
    [...names.map((name) => link(name, 'hub')), link('other', 'hub'), link('leaf0', 'other')],
  );
};

describe('folding a hub', () => {
  it('takes only what hangs on nothing else', () => {
    expect(leaves(star(5), id('hub'))).toEqual([1, 2, 3, 4].map((i) => id(`leaf${i}`)));
  });

  it('leaves a small neighbourhood alone and keeps the best connected of a large one', () => {
    expect(autoFold(star(FOLD_ABOVE), id('hub'))).toEqual([]);
    const folded = autoFold(star(60), id('hub'));
    expect(folded).toHaveLength(59 - KEEP_OPEN);
    expect(folded).not.toContain(id('leaf59'));
  });

  it('draws one glyph that counts what is folded and what is not loaded, and takes it away again', () => {
    const graph = star(3);
    Object.assign(graph.getNodeAttributes(id('leaf1')), { folded: id('hub') });
    graph.setNodeAttribute(id('hub'), 'rest', 10);
    applyFilter(graph, EVERYTHING);
    drawGlyphs(graph);
    expect(graph.getNodeAttribute(glyphId(id('hub')), 'label')).toBe('+11');
    expect(graph.getNodeAttribute(id('leaf1'), 'hidden')).toBe(true);
    Object.assign(graph.getNodeAttributes(id('leaf1')), { folded: null });
    graph.setNodeAttribute(id('hub'), 'rest', 0);
    drawGlyphs(graph);
    expect(graph.hasNode(glyphId(id('hub')))).toBe(false);
  });
});
