import { expect, test } from 'vitest';
import { counting } from './judgements';

const judgement = (no: number, same: boolean, withdrawn = false) => ({ no, ids: ['a', 'b'], same, person: 'ada', at: '2026-11-27T12:00:00Z', ...(withdrawn ? { withdrawn_by: 'ben' } : {}) });

test('the last word that was not taken back counts', () => {
  expect(counting([])).toBeUndefined();
  expect(counting([judgement(1, true), judgement(2, false), judgement(3, true, true)])?.no).toBe(2);
});
