import { describe, expect, it } from 'vitest';
import { ago, day, defang, plural, shorten, time } from './format';

describe('defanging', () => {
  for (const [from, to] of [
    ['http://evil.example/a.b', 'hxxp://evil[.]example/a.b'],
    ['192.0.2.1', '192[.]0[.]2[.]1'],
    ['x@mail.example', 'x[@]mail[.]example'],
    ['evil.example', 'evil[.]example'],
  ] as const) {
    it(`${from} cannot be clicked`, () => expect(defang(from)).toBe(to));
  }
});

describe('times', () => {
  it('are in UTC, and empty when there is none', () => {
    expect(time('2026-01-02T03:04:05Z')).toBe('02 Jan 2026, 03:04 UTC');
    expect(time('')).toBe('');
    expect(day(NaN)).toBe('');
  });
  it('are told from now', () => expect(ago('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 3))).toBe('2 days ago'));
});

describe('words', () => {
  it('count', () => expect([plural(1, 'link'), plural(1234, 'link')]).toEqual(['1 link', '1,234 links']));
  it('keep both ends when shortened', () => expect(shorten('abcdefghij', 7)).toBe('abcd…ij'));
});
