// Where an agreement stands, in words and with the tone of its chip.
import type { Standing, StandingWord } from '../api/types';
import { time } from '../format';
import { listed } from './document';

type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'accent';

export const STANDING: Record<StandingWord, { name: string; tone: Tone }> = {
  draft: { name: 'not signed', tone: 'plain' },
  partly_signed: { name: 'partly signed', tone: 'accent' },
  not_yet_valid: { name: 'signed, not yet valid', tone: 'accent' },
  in_force: { name: 'in force', tone: 'good' },
  suspended: { name: 'suspended', tone: 'warn' },
  expired: { name: 'expired', tone: 'plain' },
  terminated: { name: 'terminated', tone: 'bad' },
  superseded: { name: 'replaced', tone: 'plain' },
};

/** In a sentence, with the names of parties. */
export function standingSentence(standing: Standing, nameOf: (party: string) => string): string {
  const by = standing.by ? nameOf(standing.by) : '';
  switch (standing.word) {
    case 'draft': return 'Nobody has signed it.';
    case 'partly_signed': return `It waits for the signature of ${listed(standing.missing.map(nameOf))}.`;
    case 'not_yet_valid': return `Everybody has signed. It is in force from ${time(standing.until)}.`;
    case 'in_force': return `It is in force until ${time(standing.until)}.`;
    case 'suspended': return `${by} suspended it on ${time(standing.since)}. Nothing is disclosed until ${by} resumes it.`;
    case 'expired': return `It ended on ${time(standing.since)}.`;
    case 'terminated': return `${by} terminated it; it ended on ${time(standing.since)}.`;
    case 'superseded': return 'A later version took its place.';
  }
}

export const MOVES: Record<string, string> = { suspend: 'suspended it', resume: 'resumed it', terminate: 'terminated it' };

/** In groups of four, to be read aloud and compared. */
export const grouped = (hex: string): string => hex.replace(/(.{4})(?=.)/g, '$1 ');
