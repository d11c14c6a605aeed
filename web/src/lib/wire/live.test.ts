import { expect, test } from 'vitest';
import type { Partner, WireLine } from '../api/types';
import { LiveWire } from './live.svelte';
import { logSentence } from './health';

const line = (id: string) => ({ id, partner: 'police', direction: 'out' }) as WireLine;

test('the newest is first, and no more is kept than can be looked at', () => {
  const live = new LiveWire([]);
  live.take({ items: [line('1'), line('2')], more: false });
  live.take({ items: [line('3')], more: false, partners: [{ party: 'police' } as Partner] });
  expect(live.fresh.map(({ id }) => id)).toEqual(['3', '2', '1']);
  expect(live.partners).toHaveLength(1);
  live.take({ items: Array.from({ length: 600 }, (_, i) => line(`n${i}`)), more: true });
  expect(live.fresh).toHaveLength(500);
  expect(live.more).toBe(true);
  live.forget();
  expect(live.fresh).toHaveLength(0);
});

test('whether logs agree is said in words', () => {
  expect(logSentence({ state: 'none' })).toBe('nothing told yet');
  expect(logSentence({ state: 'agreed', at: '2026-01-01T00:00:00Z' }, Date.parse('2026-01-01T00:05:00Z'))).toBe('agreed, 5 minutes ago');
});
