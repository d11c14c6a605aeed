// What a finding says, in sentences.
import type { MoneyFinding, MoneyPayment } from '../api/types';
import { count, day, plural } from '../format';

export const PATTERNS = ['cycle', 'chain', 'pass-through', 'fan-in', 'fan-out', 'scatter-gather', 'structuring'] as const;
export type Pattern = (typeof PATTERNS)[number];

const NAMES: Record<Pattern, [one: string, many: string]> = {
  cycle: ['Round', 'Rounds'],
  chain: ['Chain', 'Chains'],
  'pass-through': ['Passed on', 'Passed on'],
  'fan-in': ['Many to one', 'Many to one'],
  'fan-out': ['One to many', 'One to many'],
  'scatter-gather': ['Spread and gathered', 'Spread and gathered'],
  structuring: ['In parts', 'In parts'],
};
const isPattern = (name: string): name is Pattern => (PATTERNS as readonly string[]).includes(name);
export const patternName = (name: string): string => (isPattern(name) ? NAMES[name][0] : name);
export const patternNames = (name: string): string => (isPattern(name) ? NAMES[name][1] : name);

const cents = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });
// The smallest part of a coin is a hundred-millionth.
const coins = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 8 });

export const amount = (sum: number, currency: string): string => `${(sum < 1 ? coins : cents).format(sum)} ${currency}`;

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

/** `within 9 days`; the next whole step up, so that it is never less than it was. */
export function within(first: string, last: string): string {
  const seconds = (Date.parse(last) - Date.parse(first)) / 1000;
  if (!(seconds > 0)) return 'at one moment';
  if (seconds <= 2 * HOUR) return `within ${plural(Math.ceil(seconds / MINUTE), 'minute')}`;
  return seconds < 2 * DAY ? `within ${plural(Math.ceil(seconds / HOUR), 'hour')}` : `within ${plural(Math.ceil(seconds / DAY), 'day')}`;
}

export const paid = (finding: MoneyFinding): number => finding.payments.length + finding.more_payments;
const named = (finding: MoneyFinding): number => finding.accounts.length + finding.more_accounts;

/** What happened. */
export function sentence(finding: MoneyFinding): string {
  const { currency, follows } = finding;
  const [start, end] = [amount(finding.amount_start, currency), amount(finding.amount_end, currency)];
  const time = within(finding.first, finding.last);
  const [accounts, others] = [plural(named(finding), 'account'), plural(finding.others, 'account')];
  const between = finding.amount_start === finding.amount_end ? `${start} each time` : `between ${end} and ${start} each time`;
  switch (finding.pattern) {
    case 'cycle':
      return follows ? `Went round through ${accounts} ${time}: ${start} out, ${end} back` : `A ring of ${accounts} ${time}, in no order of time: ${between}`;
    case 'chain':
      return follows ? `Went on through ${accounts} ${time}: ${start} at first, ${end} at last` : `A line of ${accounts} ${time}, in no order of time: ${between}`;
    case 'pass-through':
      return `Came in and went on nearly whole${times(paid(finding) / 2)} ${time}: ${start} in, ${end} out`;
    case 'fan-in':
      return `${others} paid one ${time}: ${start} in all`;
    case 'fan-out':
      return `One account paid ${others} ${time}: ${start} in all`;
    case 'scatter-gather':
      return `Spread over ${plural(named(finding) - 2, 'account')} and gathered in one ${time}: ${start} out, ${end} in`;
    case 'structuring':
      return `Paid to one account in ${count(paid(finding))} like parts ${time}: ${start} in all`;
    default:
      return `${patternName(finding.pattern)}, ${accounts} ${time}: ${start} and ${end}`;
  }
}

const times = (n: number): string => (n === 1 ? '' : n === 2 ? ', twice' : `, ${count(n)} times`);

/** What must be said beside it, lest somebody is wronged. */
export function caution(finding: MoneyFinding): string {
  switch (finding.pattern) {
    case 'chain': return 'Whoever holds the first account may have been robbed.';
    case 'structuring': return 'Whoever paid may have been robbed.';
    case 'fan-in': return 'Shops and collections are paid like this too. Who paid is counted, not named: they may be victims.';
    case 'fan-out': return 'Wages are paid like this too. Who was paid is counted, not named.';
    default: return '';
  }
}

/** How rare it is, in words. Bits count what chance makes of a whole ledger, so they weigh more than those of one tie. */
export function strength(bits: number): string {
  if (bits >= 20) return 'very strong';
  if (bits >= 10) return 'strong';
  return bits >= 5 ? 'fair' : 'weak';
}

/** The same as a frequency. */
export function chance(bits: number): string {
  if (bits >= 20) return 'Chance makes one so rare in fewer than one of a million such ledgers.';
  const ledgers = Number((2 ** bits).toPrecision(bits < 7 ? 1 : 2));
  return ledgers < 2 ? 'Chance often makes one so rare.' : `Chance makes one so rare in one of about ${count(ledgers)} such ledgers.`;
}

/** What each account is to it, in the order the money took. */
export function roles(finding: MoneyFinding): { account: MoneyFinding['accounts'][number]; role: string }[] {
  const [first, second, ...rest] = finding.accounts;
  const of = (accounts: typeof rest, role: string) => accounts.map((account) => ({ account, role }));
  switch (finding.pattern) {
    case 'scatter-gather': return [...of(first ? [first] : [], 'from'), ...of(rest, 'through'), ...of(second ? [second] : [], 'to')];
    case 'fan-in': return of(finding.accounts, 'to');
    case 'fan-out': return of(finding.accounts, 'from');
    case 'pass-through': return of(finding.accounts, 'through');
    default: return finding.accounts.map((account, place) => ({ account, role: place ? 'to' : 'from' }));
  }
}

/** From which accounts to ask who is behind it: not from those who may be its victims. */
export function seeds(finding: MoneyFinding, most: number): string[] {
  const robbed = finding.pattern === 'chain' || finding.pattern === 'structuring';
  return finding.accounts.slice(robbed ? 1 : 0).slice(0, most).map(({ id }) => id);
}

/** From whom to whom, as far as they are named. */
export function ends(finding: MoneyFinding, payment: MoneyPayment): [from: string, to: string] {
  const label = (id: string | undefined | null) => finding.accounts.find((account) => account.id === id)?.label ?? 'another account';
  return [label(payment.from), label(payment.to)];
}

export const when = (finding: MoneyFinding): string =>
  day(finding.first) === day(finding.last) ? day(finding.first) : `${day(finding.first)} to ${day(finding.last)}`;
