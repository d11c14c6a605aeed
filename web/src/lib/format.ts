// Numbers, times and addresses as people read them.

const numbers = new Intl.NumberFormat('en-GB');
export const count = (n: number): string => numbers.format(n);

/** `plural(1, 'link')` → `1 link`. */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

const dateTime = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric', month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', timeZone: 'UTC', hourCycle: 'h23',
});
const dateOnly = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: 'short', day: '2-digit', timeZone: 'UTC' });

const parse = (at: string): Date | undefined => {
  const time = new Date(at);
  return Number.isNaN(time.valueOf()) ? undefined : time;
};

/** All times are shown in UTC: partners sit in many zones. */
export function time(at: string | null | undefined): string {
  const parsed = at ? parse(at) : undefined;
  return parsed ? `${dateTime.format(parsed)} UTC` : '';
}

export function day(at: string | number | null | undefined): string {
  if (at === null || at === undefined) return '';
  const parsed = typeof at === 'number' ? new Date(at) : parse(at);
  return parsed && !Number.isNaN(parsed.valueOf()) ? dateOnly.format(parsed) : '';
}

const relative = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' });
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600], ['month', 2_629_800], ['day', 86_400], ['hour', 3_600], ['minute', 60],
];

export function ago(at: string | null | undefined, now = Date.now()): string {
  const parsed = at ? parse(at) : undefined;
  if (!parsed) return '';
  const seconds = (parsed.valueOf() - now) / 1000;
  const step = STEPS.find(([, length]) => Math.abs(seconds) >= length);
  return step ? relative.format(Math.round(seconds / step[1]), step[0]) : 'just now';
}

export function seconds(length: number): string {
  if (length < 1) return `${Math.round(length * 1000)} ms`;
  if (length < 90) return `${length.toFixed(1)} s`;
  return `${Math.floor(length / 60)} min ${Math.round(length % 60)} s`;
}

/** Written so that nobody clicks or pastes it by accident: `hxxps://evil[.]example`. */
export function defang(value: string): string {
  return value
    .replace(/^http/i, 'hxxp')
    .replace(/^ftp/i, 'fxp')
    .replace('@', '[@]')
    .replace(/(^[^/]*(?:\/\/[^/]*)?)/, (host) => host.replaceAll('.', '[.]'));
}

const regions = new Intl.DisplayNames('en', { type: 'region' });

export function country(code: string): string {
  try {
    return regions.of(code.toUpperCase()) ?? code;
  } catch {
    return code;
  }
}

/** The middle goes, the ends stay: both matter in a hash or a long address. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = Math.ceil((length - 1) * 0.6);
  return `${text.slice(0, head)}…${text.slice(text.length - (length - 1 - head))}`;
}
