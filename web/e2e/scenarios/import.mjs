// Files in, with records nobody can read among them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../files/mixed.json', import.meta.url));

async function bring(page, { dryRun }) {
  await page.goto('/import');
  await page.getByLabel('Choose files').setInputFiles(FILE);
  await page.locator('input[name=source]').fill('The tests');
  await page.getByLabel('Audience (TLP)').selectOption('green');
  await page.getByLabel('Dry run').setChecked(dryRun);
  await page.getByRole('button', { name: dryRun ? 'Try 1 file' : 'Import 1 file' }).click();
  await page.waitForURL('**/import?show=*');
  await page.getByText('done', { exact: true }).waitFor();
  const counts = await page.locator('[data-count]').evaluateAll((cells) =>
    Object.fromEntries(cells.map((cell) => [cell.dataset.count, Number(cell.textContent.replaceAll(',', ''))])));
  const read = Number((await page.locator('.total strong').innerText()).replaceAll(',', ''));
  assert.equal(Object.values(counts).reduce((sum, n) => sum + n, 0), read, 'the counts add up');
  return counts;
}

export async function importIsTriedFirst({ page }) {
  await bring(page, { dryRun: true });
  await page.getByText('dry run: nothing kept').waitFor();
}

export async function importReportsRejects({ page }) {
  const { rejected } = await bring(page, { dryRun: false });
  assert.ok(rejected >= 1, 'the bad lines are rejected');
  const report = page.getByRole('region', { name: 'Rejected records' });
  await report.getByRole('row').nth(1).waitFor();
  assert.equal(await report.getByRole('row').count(), rejected + 1);
  await report.getByText(/(line|byte) \d/).first().waitFor();
  const link = page.getByRole('link', { name: /Download them/ });
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  const text = readFileSync(await download.path(), 'utf8');
  assert.equal(text.trim().split('\n').length, rejected, 'the reject file holds each');
}
