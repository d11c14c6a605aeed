import { describe, expect, it } from 'vitest';
import { inside } from './gestures';
import { layout } from './layouts';
import { place } from './place';
import { graphOf, id, link, thing } from './world.fixture';

const tree = () => {
  const names = Array.from({ length: 40 }, (_, i) => `n${i}`);
  return graphOf(
    [thing('root'), thing('single', { type: 'url' }), ...names.map((name) => thing(name))],
    names.map((name, i) => link(name, i < 6 ? 'root' : `n${i % 6}`)),
  );
};

describe('layouts', () => {
  for (const name of ['hierarchic', 'circular', 'group'] as const) {
    it(`${name} gives every shown vertex a place of its own`, () => {
      const graph = tree();
      const placed = layout(name, graph, []);
      const spots = new Set([...placed.values()].map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`));
      expect(placed.size).toBe(graph.order);
      expect(spots.size).toBe(graph.order);
      expect([...placed.values()].flat().every(Number.isFinite)).toBe(true);
    });

    it(`${name} leaves pinned vertices where they are`, () => {
      const graph = tree();
      Object.assign(graph.getNodeAttributes(id('n3')), { pinned: true, x: 777, y: -5 });
      expect(layout(name, graph, []).get(id('n3'))).toEqual([777, -5]);
    });
  }

  it('hierarchic puts the chosen roots on top', () => {
    const placed = layout('hierarchic', tree(), [id('n0')]);
    const top = Math.max(...[...placed.values()].map(([, y]) => y));
    expect(placed.get(id('n0'))?.[1]).toBe(top);
  });
});

describe('placing what is new', () => {
  it('puts neighbours around their centre, none on another', () => {
    const graph = graphOf([thing('c')], []);
    const fresh = Array.from({ length: 60 }, (_, i) => thing(`f${i}`));
    const placed = place(graph, fresh, fresh.map(({ label }) => link(label, 'c')), id('c'));
    for (const [i, a] of placed.entries()) {
      for (const b of placed.slice(i + 1)) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(12);
    }
  });
});

describe('the lasso', () => {
  it('knows inside from outside, concave too', () => {
    const u: [number, number][] = [[0, 0], [10, 0], [10, 10], [7, 10], [7, 3], [3, 3], [3, 10], [0, 10]];
    expect(inside([1, 5], u)).toBe(true);
    expect(inside([5, 8], u)).toBe(false);
    expect(inside([5, 1], u)).toBe(true);
  });
});
