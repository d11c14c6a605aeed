import { describe, expect, it } from 'vitest';
import type { ObjectSummary, WhoAnswer } from '../api/types';
import { radius, rings } from './rings';

const thing = (id: string) => ({ id, label: id, type: 'domain-name', sources: [] }) as unknown as ObjectSummary;
const reason = (to: string, bits: number) => ({ to, label: to, family: 'hosting', links: [], outward: true, shared_by: 1, bits, of: 1, claims: [], sources: [] });

const answer = {
  seeds: [thing('a')],
  members: [
    { thing: thing('a'), probability: 1, reasons: [reason('b', 8)], way: [], holds: 0, judgements: [] },
    { thing: thing('b'), probability: 0.9, reasons: [reason('a', 16), reason('gone', 4)], way: [], holds: 0, judgements: [] },
    { thing: thing('c'), probability: 0.2, reasons: [], way: [{ thing: thing('b') }, { thing: thing('c'), by: reason('b', 4) }], holds: 0, judgements: [] },
  ],
  more: 0, graph: { vertices: [], edges: [] }, sources: [],
} as unknown as WhoAnswer;

describe('rings', () => {
  it('put the surer nearer, and each thing once', () => {
    const { points } = rings(answer);
    const away = (id: string) => Math.hypot(points.find((point) => point.id === id)?.x ?? 0, points.find((point) => point.id === id)?.y ?? 0);
    expect(points.map(({ id }) => id).toSorted()).toEqual(['a', 'b', 'c']);
    expect(away('a')).toBe(0);
    expect(away('b')).toBeCloseTo(radius(0.9));
    expect(away('b')).toBeLessThan(away('c'));
  });
  it('draw one line for two things, as thick as the strongest reason, along the ways too, and none to what is not drawn', () => {
    const { lines } = rings(answer);
    expect(lines.map(({ key, width }) => [key, width])).toEqual([['a b', 2.5], ['b c', 1]]);
  });
});
