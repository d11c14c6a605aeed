// What is new and growing, on the start page.
import { equal, ok } from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { ready } from '../chart.mjs';

const CAMPAIGN = fileURLToPath(new URL('../files/heron.stix.json', import.meta.url));
/** The last claim before the campaign was told, for those who look at the page again. */
export const story = { since: '7d' };

export async function emergingIsRankedWithReasons({ page, server }) {
  const section = page.getByRole('region', { name: 'Emerging' });
  await page.goto('/');
  await section.getByText('Everything was told in the last 7 days').waitFor();
  story.since = JSON.parse(server.entente('--json', 'stats')).claims;
  await page.goto(`/?since=${story.since}`);
  await section.getByText(`Nothing grew since claim ${story.since} beyond what everything did.`).waitFor();
  server.entente('import', CAMPAIGN, '--source', 'CSIRT Reedbank', '--tlp', 'green');
  await page.goto(`/?since=${story.since}`);
  const group = section.getByRole('article', { name: 'Marsh Heron' });
  await group.getByText('It is new:').waitFor();
  await group.getByRole('link', { name: 'Marsh Heron', exact: true }).waitFor();
  const details = group.locator('summary');
  await details.focus();
  await page.keyboard.press('Enter');
  await group.getByText('Only CSIRT Reedbank says so.').waitFor();
  await group.getByText('Counted and not named here: 8 indicators and 1 person or organisation.').waitFor();
  await group.getByRole('link', { name: 'heron-8.reedbank.example', exact: true }).waitFor();
  equal(await section.getByText('Vera Lindqvist').count(), 0, 'people are counted, never listed');
  const who = await group.getByRole('link', { name: 'Who is behind this? Marsh Heron' }).getAttribute('href');
  ok(who.startsWith('/who?ids=malware--'), who);
  await group.getByRole('link', { name: 'Open as chart: Marsh Heron' }).click();
  await ready(page);
  await page.goto(`/?since=${story.since}`);
  await group.waitFor();
  const day = section.getByRole('button', { name: '24 hours' });
  await day.focus();
  await page.keyboard.press('Enter');
  await section.getByText('Everything was told in the last 24 hours').waitFor();
  equal(await day.getAttribute('aria-pressed'), 'true');
  equal(new URL(page.url()).searchParams.get('since'), '24h');
  await page.goto('/?since=yesterday');
  await section.getByRole('alert').getByText('`since` is `yesterday`').waitFor();
}
emergingIsRankedWithReasons.pair = true;
