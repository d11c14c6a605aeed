// Claims side by side, field by field.
import type { ClaimView } from '$lib/api/types';
import { time } from '$lib/format';

export interface Row {
  field: string;
  /** One text per claim, empty where the claim says nothing. */
  cells: string[];
  differ: boolean;
}

/** Told by the page's header already, or of no use to a person. */
const SKIP = new Set(['id', 'type', 'spec_version', 'created', 'modified', 'revoked', 'object_marking_refs', 'extensions']);
/** What these name stands among the links, by its name instead of its id. */
const LINK = /_refs?$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

const word = (field: string): string => field.replaceAll(/[-_]/g, ' ');

function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return TIME.test(value) ? time(value) : value;
  if (Array.isArray(value)) return value.map(text).filter(Boolean).join(', ');
  if (typeof value === 'object') {
    return Object.entries(value).map(([name, inner]) => `${word(name)}: ${text(inner)}`).join('; ');
  }
  return String(value);
}

/** Nested dictionaries (hashes, extensions) become a field each, so that a differing hash stands out alone. */
function flatten(stix: Record<string, unknown>, prefix = ''): [string, string][] {
  return Object.entries(stix).flatMap(([name, value]): [string, string][] => {
    if (!prefix && (SKIP.has(name) || LINK.test(name))) return [];
    const field = prefix ? `${prefix} ${word(name)}` : word(name);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      return flatten(value as Record<string, unknown>, field);
    }
    return [[field, text(value)]];
  });
}

const HEAD: [string, (claim: ClaimView) => string][] = [
  ['received', (claim) => time(claim.received_at)],
  ['created', (claim) => time(claim.created)],
  ['modified', (claim) => time(claim.modified)],
  ['agreement', (claim) => claim.agreement ?? ''],
];

export function compare(claims: ClaimView[]): Row[] {
  const said = claims.map((claim) => new Map(flatten(claim.stix ?? {})));
  const fields = [...new Set(said.flatMap((fields) => [...fields.keys()]))];
  const head = HEAD.map(([field, read]) => row(field, claims.map(read), false));
  const body = fields.map((field) => row(field, said.map((fields) => fields.get(field) ?? ''), true));
  return [...head, ...body].filter(({ cells }) => cells.some(Boolean));
}

const row = (field: string, cells: string[], compared: boolean): Row => ({
  field,
  cells,
  differ: compared && new Set(cells).size > 1,
});

/** What each source says now, newest first, then what it said before. */
export function byCurrency(claims: ClaimView[]): ClaimView[] {
  return claims.toSorted((a, b) => Number(b.current) - Number(a.current) || b.no - a.no);
}
