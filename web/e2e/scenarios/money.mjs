// Money that moves as launderers move it, on a page of its own.
import { equal, ok } from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { ready } from '../chart.mjs';

const file = (name) => fileURLToPath(new URL(`../files/${name}`, import.meta.url));
const ROUND = 'Went round through 4 accounts within 9 days: 9,000 EUR out, 8,700 EUR back';

export async function moneyIsTracedInSentences({ page, server }) {
  await page.goto('/money');
  await page.getByText('No payments are known here that you may see.').waitFor();
  for (const name of ['bookings.csv', 'holders.csv']) server.entente('import', file(name), '--source', 'Reed Bank', '--tlp', 'amber');
  await page.goto('/');
  await page.getByRole('region', { name: 'Emerging' }).getByRole('link', { name: 'Money that moves as launderers move it' }).click();
  await page.getByRole('heading', { level: 1, name: 'Money that moves as launderers move it' }).waitFor();
  const found = page.getByRole('article', { name: ROUND });
  await found.waitFor();
  await found.getByText('very strong').waitFor();
  await page.getByRole('article', { name: '14 accounts paid one within 8 hours: 2,191 EUR in all' }).getByText('they may be victims').waitFor();
  await page.getByRole('region', { name: 'What was looked at' }).getByText('1: no amount that is one number above 0').waitFor();
  equal(await page.getByText('Mira Holder').count(), 0, 'who holds an account is not named');
  const rounds = page.getByRole('button', { name: 'Rounds 1' });
  await rounds.focus();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/money?pattern=cycle');
  equal(await rounds.getAttribute('aria-pressed'), 'true');
  await page.getByRole('article').nth(1).waitFor({ state: 'detached' });
  await found.locator('summary').focus();
  await page.keyboard.press('Enter');
  equal(await found.locator('.payments li').count(), 4);
  await found.getByText('fewer than one of a million such ledgers').waitFor();
  await page.getByRole('checkbox', { name: 'Rounds and chains in any order of time' }).press('Space');
  await page.waitForURL('**/money?pattern=cycle&any_order=true');
  await found.waitFor();
  const who = await found.getByRole('link', { name: 'Who is behind this?' }).getAttribute('href');
  ok(who.startsWith('/who?ids=bank-account--'), who);
  await found.getByRole('link', { name: 'On the chart' }).click();
  await ready(page);
  await page.goto('/money?pattern=circle');
  await page.getByRole('alert').getByText('`circle` is no pattern').waitFor();
}
moneyIsTracedInSentences.pair = true;
