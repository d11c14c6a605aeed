// What may be one under different names, on a page of its own.
import { equal } from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PAIR = 'Amber Lynx and AMBER-LYNX';

/** Two catalogues tell of one actor. */
function catalogue(number, name, description) {
  const id = `intrusion-set--${String(number).padStart(8, '0')}-6d5b-4a1c-9f3e-5d2c7b8a9e10`;
  const times = { created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' };
  const path = join(mkdtempSync(join(tmpdir(), 'entente-e2e-aliases-')), 'catalogue.json');
  writeFileSync(path, JSON.stringify({ type: 'bundle', id: `bundle--${id.slice(15)}`, objects: [{ type: 'intrusion-set', spec_version: '2.1', id, ...times, name, description }] }));
  return path;
}

export async function aliasesAreProposedAndDecided({ page, server }) {
  server.entente('import', catalogue(101, 'Amber Lynx', 'Sends mail with a loader to banks.'), '--source', 'Catalogue one', '--tlp', 'green');
  server.entente('import', catalogue(102, 'AMBER-LYNX', 'Also known as Stone Heron, this group robs banks.'), '--source', 'Catalogue two', '--tlp', 'green');
  await page.goto('/');
  await page.getByRole('region', { name: 'Emerging' }).getByRole('link', { name: 'One under different names?' }).click();
  await page.getByRole('heading', { level: 1, name: 'One under different names?' }).waitFor();
  const pair = page.getByRole('article').filter({ hasText: 'AMBER-LYNX' }).first();
  await pair.getByText('Both are called', { exact: false }).waitFor();
  await page.getByRole('button', { name: `The same: ${PAIR}`, exact: true }).press('Enter');
  await page.getByRole('status').getByText(`${PAIR} are the same, you said.`).waitFor();
  await pair.waitFor({ state: 'detached' });
  await page.getByRole('checkbox', { name: 'What is decided' }).press('Space');
  await page.waitForURL('**/aliases?decided=true');
  await pair.getByText('the same: ada').waitFor();
  await page.getByRole('button', { name: `Take back what was said of ${PAIR}` }).click();
  await page.getByText('Nobody has decided on a pair yet.').waitFor();
  await page.getByRole('checkbox', { name: 'What is decided' }).press('Space');
  await pair.waitFor();
  await page.getByRole('button', { name: 'Malware and tools' }).click();
  await page.waitForURL('**/aliases?sort=malware');
  await pair.waitFor({ state: 'detached' });
  equal(await page.getByText('AMBER-LYNX').count(), 0);
  await page.goto('/aliases?sort=bird');
  await page.getByRole('alert').getByText('`bird` is no sort').waitFor();
}
aliasesAreProposedAndDecided.pair = true;
