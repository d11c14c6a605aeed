import { expect, test } from 'vitest';
import type { AliasPair } from '../api/types';
import { both, likely, others, percent, sentence, side, strength } from './words';

const thing = (label: string) => ({ id: `malware--${label}`, type: 'malware', label, revoked: false, mentioned_only: false, sources: [], tlp: 'green', claims: 1, degree: 0 });
const pair = { sort: 'malware', probability: 0.9, one: { thing: thing('Wren'), names: ['Wren', 'Small Bird'] }, other: { thing: thing('Rook'), names: ['Rook'] }, reasons: [], judgements: [] } as AliasPair;

test('names beside the one it is called are told', () => {
  expect(others(pair.one)).toEqual(['Small Bird']);
  expect(others(pair.other)).toEqual([]);
  expect(both(pair)).toBe('Wren and Rook');
});

test('probabilities are said in words, and never as certain', () => {
  expect([0.97, 0.9, 0.6, 0.5, 0.3, 0.1].map(likely)).toEqual(['almost certainly one', 'very likely one', 'likely one', 'as likely one as two', 'unlikely one', 'very unlikely one']);
  expect(percent(0.999)).toBe('> 99 %');
});

test('a reason says on which side it is and how much it weighs', () => {
  const against = { text: 'one catalogue has both as two', bits: -4.2 };
  expect([sentence(against), side(against), strength(against.bits)]).toEqual(['One catalogue has both as two.', 'against', 'strong']);
});
