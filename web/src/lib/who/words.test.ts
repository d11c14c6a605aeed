import { describe, expect, it } from 'vitest';
import type { WhoReason } from '../api/types';
import { percent, sentence, shared, strength } from './words';

const reason = (links: string[], more: Partial<WhoReason> = {}): WhoReason => ({
  to: 'x', label: 'b.example', family: 'hosting', links, outward: true, shared_by: 1, bits: 10, of: 1, claims: [], sources: [], ...more,
});

describe('reasons', () => {
  it('are sentences from either end', () => {
    expect(sentence(reason(['resolves-to']))).toBe('points to b.example');
    expect(sentence(reason(['resolves-to'], { outward: false }))).toBe('is pointed to by b.example');
    expect(sentence(reason(['debtor-account', 'creditor-account'], { through: 'payment--1' }))).toBe('paid b.example');
    expect(sentence(reason(['x-made-by']))).toBe('x made by b.example');
  });
  it('say how many share what is shared, and how much that is', () => {
    expect(shared(reason([], { shared_by: 2 }))).toBe('');
    expect(shared(reason([], { shared_by: 30 }))).toBe('30 things share this');
    expect([20, 14, 9, 2].map(strength)).toEqual(['very strong', 'strong', 'fair', 'weak']);
  });
  it('never say that something is quite sure', () => {
    expect([0.9999, 0.996, 0.5, 0.001].map(percent)).toEqual(['>99 %', '99 %', '50 %', '<1 %']);
  });
});
