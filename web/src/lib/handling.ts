// The axes of handling as lists for forms and filters, least restrictive first.
import type { Pap, Tlp } from './api/types';

export const TLP: readonly Tlp[] = ['clear', 'green', 'amber', 'amber+strict', 'red'];
export const PAP: readonly Pap[] = ['clear', 'green', 'amber', 'red'];

export const tlpName = (tlp: Tlp): string => `TLP:${tlp.toUpperCase()}`;
export const papName = (pap: Pap): string => `PAP:${pap.toUpperCase()}`;
export const tlpRank = (tlp: Tlp): number => TLP.indexOf(tlp);

export const TLP_MEANING: Record<Tlp, string> = {
  clear: 'No limit on disclosure',
  green: 'The community',
  amber: 'The organisation and its clients, need to know',
  'amber+strict': 'The organisation only',
  red: 'The named recipients only',
};

export const PAP_MEANING: Record<Pap, string> = {
  clear: 'No limit on action',
  green: 'Active actions allowed: block, sinkhole on own side',
  amber: 'Passive look-ups through third parties allowed',
  red: 'Only actions that cannot be detected',
};

/** Europol 4x4: the source's reliability letter and the information's accuracy digit. */
export const GRADES: { value: string; name: string }[] = ['A', 'B', 'C', 'X'].flatMap((source) =>
  [1, 2, 3, 4].map((digit) => ({ value: `${source}${digit}`, name: `${source}${digit}` })),
);

const SOURCE_GRADE: Record<string, string> = {
  A: 'source always reliable', B: 'source mostly reliable', C: 'source mostly unreliable', X: 'source not assessed',
};
const INFORMATION_GRADE: Record<string, string> = {
  1: 'known to be true', 2: 'known to the source', 3: 'corroborated', 4: 'not corroborated',
};

export function gradeMeaning(grade: string): string {
  if (grade.includes(':')) return `Admiralty code ${grade.split(':')[1] ?? ''}`;
  return `Europol 4x4: ${SOURCE_GRADE[grade[0] ?? ''] ?? 'unknown'}, ${INFORMATION_GRADE[grade[1] ?? ''] ?? 'unknown'}`;
}

/** Europol handling codes. */
export const CONDITION_MEANING: Record<string, string> = {
  H1: 'Not for use in court unless the provider agrees',
  H2: 'Not to be passed on unless the provider agrees',
  H3: 'Other limits, as worded',
};
