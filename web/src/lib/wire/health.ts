// How a partner is, in words and with the tone of its chip.
import type { Partner } from '../api/types';
import { ago } from '../format';

type Tone = 'plain' | 'good' | 'warn' | 'bad';

export const HEALTH: Record<Partner['health'], { name: string; tone: Tone }> = {
  well: { name: 'well', tone: 'good' },
  behind: { name: 'behind', tone: 'warn' },
  silent: { name: 'silent', tone: 'warn' },
  unheard: { name: 'never heard of', tone: 'plain' },
  alarm: { name: 'alarm', tone: 'bad' },
};

export const STATES: Record<string, { name: string; tone: Tone }> = {
  stands: { name: 'stands', tone: 'good' },
  outdated: { name: 'a newer one stands', tone: 'plain' },
  withdrawn: { name: 'taken back', tone: 'warn' },
  returned: { name: 'given back', tone: 'plain' },
  erased: { name: 'erased', tone: 'warn' },
};

export const ALARMS: Record<string, string> = {
  rollback: 'showed less than it had shown before',
  fork: 'showed two different logs of the same length',
  inconsistent: 'could not prove that it continues what it had shown before',
};

export function logSentence(log: Partner['our_log'], now = Date.now()): string {
  switch (log.state) {
    case 'agreed': return `agreed${log.at ? `, ${ago(log.at, now)}` : ''}`;
    case 'partly': return `agreed up to an earlier entry${log.at ? `, ${ago(log.at, now)}` : ''}`;
    case 'unconfirmed': return 'not confirmed yet';
    default: return 'nothing told yet';
  }
}
