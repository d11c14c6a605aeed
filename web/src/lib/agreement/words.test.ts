import { expect, test } from 'vitest';
import { marked } from './words';

const said = (parts: { text: string; changed: boolean }[]) => parts.map(({ text, changed }) => (changed ? `[${text.trim()}]` : text.trim())).join(' ');

test('only the words that changed are marked', () => {
  const { was, now } = marked('IP addresses leave as they are.', 'IP addresses leave cut to the network.');
  expect(said(was)).toBe('IP addresses leave [as they are.]');
  expect(said(now)).toBe('IP addresses leave [cut to the network.]');
});

test('what is put together again is what was taken apart', () => {
  const [a, b] = ['It is kept 6 months  after receipt.', 'It is kept 2 years after the close of the case.'];
  const { was, now } = marked(a, b);
  expect(was.map((part) => part.text).join('')).toBe(a);
  expect(now.map((part) => part.text).join('')).toBe(b);
  expect(marked('', 'new').now).toEqual([{ text: 'new', changed: true }]);
});
