// Why something is a member, in sentences.
import type { WhoReason } from '../api/types';

/** What a link says, from its start and from its end. `{}` is the other thing. */
const LINKS: Record<string, [string, string]> = {
  'resolves-to': ['points to {}', 'is pointed to by {}'],
  presents: ['shows the certificate {}', 'is the certificate of {}'],
  'has-fingerprint': ['has the fingerprint {}', 'is a fingerprint of {}'],
  'registered-by': ['was registered by {}', 'registered {}'],
  'uses-name-server': ['is served by {}', 'serves {}'],
  'held-by': ['is held by {}', 'holds {}'],
  'communicates-with': ['speaks to {}', 'is spoken to by {}'],
  host: ['is on {}', 'is the host of {}'],
  'registered-domain': ['is a name under {}', 'has the name {} under it'],
  contacted: ['was in contact with {}', 'was in contact with {}'],
  hash: ['has the digest {}', 'is the digest of {}'],
  owns: ['owns {}', 'is owned by {}'],
  subject: ['names {}', 'is named by the victim report “{}”'],
  indicates: ['indicates {}', 'is indicated by {}'],
  uses: ['uses {}', 'is used by {}'],
};

/** What a record says that names both. */
const RECORDS: Record<string, string> = {
  subject: 'is named by victims together with {}',
  object: 'stands in one event with {}',
  contains: 'is in one message with {}',
  'reply-to': 'is in one message with {}',
  'received-from': 'came by one message with {}',
  'debtor-account': 'paid {}',
  'creditor-account': 'was paid by {}',
};

export function sentence(reason: WhoReason): string {
  const [first = 'linked to'] = reason.links;
  const direct = LINKS[first]?.[reason.outward ? 0 : 1];
  const said = (reason.through ? RECORDS[first] : direct) ?? `${first.replaceAll('-', ' ')} {}`;
  return said.replace('{}', reason.label);
}

/** What others share says less; said only where it is more than the two. */
export function shared(reason: WhoReason): string {
  return reason.shared_by > 2 ? `${reason.shared_by} things share this` : '';
}

/** Bits in words: each bit doubles the odds. */
export function strength(bits: number): string {
  if (bits >= 18) return 'very strong';
  if (bits >= 13) return 'strong';
  if (bits >= 8) return 'fair';
  return 'weak';
}

export const percent = (probability: number): string => {
  if (probability >= 0.995) return probability >= 0.9995 ? '>99 %' : '99 %';
  return probability < 0.01 ? '<1 %' : `${Math.round(probability * 100)} %`;
};
