import { describe, expect, it } from 'vitest';
import type { ClaimView } from '$lib/api/types';
import { byCurrency, compare } from './compare';

const claim = (no: number, stix: Record<string, unknown>, current = true): ClaimView => ({
  no, object: 'x', source: `S${no}`, tlp: 'green', pap: 'clear', conditions: ['H0'], grade: 'X4', category: 'infrastructure',
  received_at: '2026-01-02T03:04:05Z', revoked: false, current, stix,
});

describe('claims side by side', () => {
  it('marks the fields that differ and only those', () => {
    const rows = compare([claim(1, { name: 'a', value: 'x' }), claim(2, { name: 'b', value: 'x' })]);
    expect(rows.find((row) => row.field === 'name')?.differ).toBe(true);
    expect(rows.find((row) => row.field === 'value')?.differ).toBe(false);
  });

  it('counts a field that only one names as differing', () => {
    const rows = compare([claim(1, { name: 'a' }), claim(2, { name: 'a', aliases: ['z', 'y'] })]);
    expect(rows.find((row) => row.field === 'aliases')).toEqual({ field: 'aliases', cells: ['', 'z, y'], differ: true });
  });

  it('compares each hash by itself', () => {
    const rows = compare([claim(1, { hashes: { MD5: '1', 'SHA-1': '2' } }), claim(2, { hashes: { MD5: '1', 'SHA-1': '3' } })]);
    expect(rows.filter((row) => row.differ).map((row) => row.field)).toEqual(['hashes SHA 1']);
  });

  it('puts what sources say now before what they said', () => {
    expect(byCurrency([claim(1, {}), claim(2, {}, false), claim(3, {})]).map((c) => c.no)).toEqual([3, 1, 2]);
  });
});
