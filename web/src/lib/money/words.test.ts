import { describe, expect, it } from 'vitest';
import type { MoneyFinding } from '../api/types';
import { amount, caution, chance, ends, roles, seeds, sentence, strength, within } from './words';

const account = (id: string) => ({ id, label: id.toUpperCase(), type: 'bank-account' }) as MoneyFinding['accounts'][number];
const payment = { ids: ['p'], from: 'a', to: 'b', amount: 9, at: '2026-02-01T00:00:00Z', claims: [1] };
const finding = (pattern: string, more: Partial<MoneyFinding> = {}): MoneyFinding => ({
  pattern, bits: 12, within: false, accounts: ['a', 'b', 'c', 'd'].map(account), more_accounts: 0, others: 0, follows: true, amount_start: 900, amount_end: 870,
  currency: 'EUR', first: '2026-02-01T00:00:00Z', last: '2026-02-09T12:00:00Z', payments: Array.from({ length: 4 }, () => payment), more_payments: 0,
  sources: ['Ourbank'], ...more,
});

describe('a finding', () => {
  it('is a sentence of its pattern', () => {
    expect(sentence(finding('cycle'))).toBe('Went round through 4 accounts within 9 days: 900 EUR out, 870 EUR back');
    expect(sentence(finding('chain'))).toBe('Went on through 4 accounts within 9 days: 900 EUR at first, 870 EUR at last');
    expect(sentence(finding('pass-through', { accounts: [account('a')] }))).toBe('Came in and went on nearly whole, twice within 9 days: 900 EUR in, 870 EUR out');
    expect(sentence(finding('fan-in', { others: 14 }))).toBe('14 accounts paid one within 9 days: 900 EUR in all');
    expect(sentence(finding('fan-out', { others: 14 }))).toBe('One account paid 14 accounts within 9 days: 900 EUR in all');
    expect(sentence(finding('scatter-gather', { more_accounts: 10 }))).toBe('Spread over 12 accounts and gathered in one within 9 days: 900 EUR out, 870 EUR in');
    expect(sentence(finding('structuring', { more_payments: 5, amount_end: 900 }))).toBe('Paid to one account in 9 like parts within 9 days: 900 EUR in all');
  });
  it('does not say that money went a way on which nothing followed', () => {
    expect(sentence(finding('cycle', { follows: false }))).toBe('A ring of 4 accounts within 9 days, in no order of time: between 870 EUR and 900 EUR each time');
    expect(sentence(finding('chain', { follows: false, amount_end: 900 }))).toBe('A line of 4 accounts within 9 days, in no order of time: 900 EUR each time');
  });
  it('says how long it took, never too short', () => {
    const from = '2026-02-01T00:00:00Z';
    expect(['2026-02-01T00:00:00Z', '2026-02-01T00:00:30Z', '2026-02-01T02:00:01Z', '2026-02-02T00:00:00Z', '2026-02-03T00:00:01Z'].map((last) => within(from, last)))
      .toEqual(['at one moment', 'within 1 minute', 'within 3 hours', 'within 24 hours', 'within 3 days']);
  });
  it('writes sums as their currency is counted', () => {
    expect([amount(12345.678, 'EUR'), amount(0.00000012, 'BTC'), amount(0.5, 'EUR')]).toEqual(['12,345.68 EUR', '0.00000012 BTC', '0.5 EUR']);
  });
  it('is rare in words and as a frequency', () => {
    expect([30, 12, 6, 1].map(strength)).toEqual(['very strong', 'strong', 'fair', 'weak']);
    expect(chance(30)).toContain('fewer than one of a million');
    expect(chance(10)).toBe('Chance makes one so rare in one of about 1,000 such ledgers.');
    expect(chance(0.3)).toBe('Chance often makes one so rare.');
  });
  it('does not begin from who may be a victim', () => {
    expect(seeds(finding('cycle'), 3)).toEqual(['a', 'b', 'c']);
    expect(seeds(finding('chain'), 3)).toEqual(['b', 'c', 'd']);
    expect(seeds(finding('structuring', { accounts: ['a', 'b'].map(account) }), 3)).toEqual(['b']);
    expect(caution(finding('chain'))).toContain('robbed');
    expect(caution(finding('cycle'))).toBe('');
  });
  it('names accounts by what they are to it, and nobody else', () => {
    const said = (pattern: string) => roles(finding(pattern)).map(({ account: { id }, role }) => `${role} ${id}`);
    expect(said('cycle')).toEqual(['from a', 'to b', 'to c', 'to d']);
    expect(said('scatter-gather')).toEqual(['from a', 'through c', 'through d', 'to b']);
    expect(ends(finding('fan-in'), { ...payment, from: undefined })).toEqual(['another account', 'B']);
  });
});
