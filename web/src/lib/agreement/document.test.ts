import { expect, test } from 'vitest';
import { type Agreement, blankFlow, blankParty, byNumber, freeId, listed, period, periodText, readKeys, renameParty, tidy } from './document';

function draft(): Agreement {
  const document: Agreement = {
    id: '01J0000000000000000000000A', version: 1, title: 'A draft', instrument_type: 'mou', legal_effect: 'non_binding',
    language_of_authority: 'en', parties: [], purposes: [{ code: 'detect' }], case_scope: 'general', valid_from: '2026-01-01T00:00:00Z',
    valid_until: '2028-01-01T00:00:00Z', renewal: 'none', termination: { notice_days: 30 }, flows: [], costs: 'each_own',
    confidentiality_of_agreement: 'parties', breach: { notify_within_hours: 24 },
  };
  document.parties.push({ ...blankParty(document), id: 'company' }, { ...blankParty(document), id: 'police', clients: ['company'] });
  document.flows.push(blankFlow(document, '2026-01-01T00:00:00Z'));
  return document;
}

test('what nobody filled in is left out, what is required stays', () => {
  const document = draft();
  document.review_due = '';
  document.translations = [];
  document.title = '';
  const flow = document.flows[0]!;
  flow.transforms = [];
  flow.limits = { max_items_per_day: null as unknown as number };
  const kept = tidy(document);
  expect('review_due' in kept || 'translations' in kept || 'transforms' in kept.flows[0]!).toBe(false);
  expect(kept.title).toBe('');
  expect(kept.flows[0]?.limits).toEqual({});
  expect(kept.flows[0]?.data_categories).toEqual([]);
});

test('a party is renamed everywhere', () => {
  const document = draft();
  renameParty(document, 'company', 'northwind');
  expect(document.parties.map((party) => party.id)).toEqual(['northwind', 'police']);
  expect(document.parties[1]?.clients).toEqual(['northwind']);
  expect(document.flows[0]?.from).toBe('northwind');
});

test('lengths of time are read and written', () => {
  for (const text of ['P6M', 'P2Y', 'P30D', 'PT72H']) {
    const read = period(text);
    expect(read && periodText(read.count, read.unit)).toBe(text);
  }
  expect(period('P1Y6M')).toBeUndefined();
});

test('ids are free, lists read as sentences', () => {
  expect(freeId('flow', ['flow', 'flow-2'])).toBe('flow-3');
  expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
  expect(listed([])).toBe('nothing');
});

test('keys are read as another node shows them, and nothing else is', () => {
  expect(readKeys('[{"use":"sign","id":"sign-1","ed25519":"AAAA"}]')).toHaveLength(1);
  for (const text of ['', '[]', '{}', '[1]', 'ssh-ed25519 AAAA']) expect(readKeys(text)).toBeUndefined();
});

test('clauses stand in the order of their numbers', () => {
  expect(['4.11', undefined, '4.4', '10.1'].sort(byNumber)).toEqual(['4.4', '4.11', '10.1', undefined]);
  expect([{ n: null }, { n: '2.1' }].sort((a, b) => byNumber(a.n, b.n))[0]?.n).toBe('2.1');
});
