import { describe, expect, it } from 'vitest';
import { EVERYTHING } from './filter';
import { newGraph } from './graph';
import { History, type Canvas } from './step';
import { id, link, thing } from './world.fixture';

function fresh(): { canvas: Canvas; history: History } {
  const canvas: Canvas = { graph: newGraph(), filter: EVERYTHING };
  return { canvas, history: new History(canvas) };
}
const add = (names: string[], edges = [link('a', 'b')]) => ({
  label: 'Add', vertices: names.map((name, i) => ({ summary: thing(name), x: i, y: 0 })), edges,
});
const picture = ({ graph, filter }: Canvas) => JSON.stringify([graph.export(), filter]);

describe('undo and redo', () => {
  it('takes every sort of step back to exactly what was, and forth again', () => {
    const { canvas, history } = fresh();
    const steps = [
      add(['a', 'b', 'c']),
      { label: 'Hide', flags: [{ id: id('a'), before: { away: false }, after: { away: true } }] },
      { label: 'Fold', flags: [{ id: id('c'), before: { folded: null }, after: { folded: id('b') } }] },
      { label: 'Move', moved: [{ id: id('b'), from: [1, 0] as [number, number], to: [5, 6] as [number, number] }] },
      { label: 'Filter', filter: { before: EVERYTHING, after: { ...EVERYTHING, kindsOff: ['url'] } } },
      add(['d'], [link('d', 'a'), link('a', 'b', { claim: 2 })]),
    ];
    const pictures = [picture(canvas)];
    for (const step of steps) {
      history.take(step);
      pictures.push(picture(canvas));
    }
    for (let at = steps.length - 1; at >= 0; at--) {
      history.undo();
      expect(picture(canvas)).toBe(pictures[at]);
    }
    expect(history.undo()).toBeUndefined();
    for (let at = 1; at <= steps.length; at++) {
      history.redo();
      expect(picture(canvas)).toBe(pictures[at]);
    }
    expect(history.redo()).toBeUndefined();
  });

  it('gives up what was undone when something new happens', () => {
    const { history } = fresh();
    history.take(add(['a', 'b']));
    history.undo();
    history.take(add(['c'], []));
    expect(history.redoLabel).toBeUndefined();
  });

  it('leaves a link that others claim too when one claim is taken back', () => {
    const { canvas, history } = fresh();
    history.take(add(['a', 'b']));
    history.take(add([], [link('a', 'b', { claim: 2, source_name: 'B' })]));
    expect(canvas.graph.size).toBe(1);
    history.undo();
    expect(canvas.graph.getEdgeAttribute(canvas.graph.edges()[0], 'claims')).toHaveLength(1);
  });
});
