// Saving, reopening, conflicts and exports.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ready, select, shown } from '../chart.mjs';

async function save(page, name, notes) {
  await page.getByRole('button', { name: 'Save', exact: true }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Save the chart' });
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Notes').fill(notes);
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  return dialog;
}

export async function chartIsSavedAndReopened({ page }) {
  const before = await shown(page);
  await save(page, 'Shared relay', 'One relay serves both families.');
  await page.getByText('Saved.', { exact: true }).waitFor();
  assert.match(page.url(), /\/chart\/[^/?]+$/);
  const address = page.url();
  await page.goto('/');
  await page.getByRole('link', { name: 'Shared relay' }).click();
  await page.waitForURL(address);
  // A fresh load forgets all but what was saved.
  await page.reload();
  await ready(page);
  assert.equal(await shown(page), before);
  await page.getByRole('button', { name: 'Save', exact: true }).first().click();
  assert.equal(await page.getByLabel('Notes').inputValue(), 'One relay serves both families.');
  await page.keyboard.press('Escape');
}

export async function chartConflictLosesNothing({ page }) {
  const outcome = await page.evaluate(async () => {
    const session = await (await fetch('/api/v1/session')).json();
    const address = `/api/v1/charts/${location.pathname.split('/').at(-1)}`;
    const chart = await (await fetch(address)).json();
    const headers = { 'Content-Type': 'application/json', 'X-Entente-CSRF': session.csrf, 'If-Match': `"${chart.version}"` };
    const body = JSON.stringify({ name: chart.name, notes: 'Saved by a colleague.', document: chart.document });
    return (await fetch(address, { method: 'PUT', headers, body })).status;
  });
  assert.equal(outcome, 200);
  const dialog = await save(page, 'Shared relay', 'My own view.');
  await dialog.getByText('Somebody else saved this chart').waitFor();
  const address = page.url();
  await dialog.getByRole('button', { name: 'Keep both' }).click();
  await page.waitForFunction((old) => location.href !== old, address);
}

export async function chartIsExported({ page }) {
  const things = await shown(page);
  for (const [title, ending, check] of [
    ['PNG picture', 'png', (bytes) => bytes.subarray(1, 4).toString() === 'PNG' && bytes.length > 5000],
    ['SVG drawing', 'svg', (bytes) => bytes.toString().startsWith('<svg ') && bytes.toString().includes('<circle ')],
    ['GraphML', 'graphml', (bytes) => bytes.toString().includes('<graphml ') && bytes.toString().includes('<edge ')],
    ['STIX 2.1 bundle', 'stix.json', (bytes) => JSON.parse(bytes).type === 'bundle' && JSON.parse(bytes).objects.length >= things],
    ['CSV table', 'csv', (bytes) => bytes.toString().trim().split('\n').length >= things],
  ]) {
    await page.locator('summary[aria-label=Export]').click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: title }).click()]);
    assert.ok(download.suggestedFilename().endsWith(`.${ending}`));
    assert.ok(check(readFileSync(await download.path())), `${title} is not what it says`);
  }
}

export async function selectionIsExported({ page, world }) {
  assert.equal(await select(page, [world.family, world.other]), 2);
  const details = page.getByRole('complementary', { name: 'Details' });
  await details.locator('summary', { hasText: 'Export these' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), details.getByRole('button', { name: 'STIX 2.1 bundle' }).click()]);
  const { objects } = JSON.parse(readFileSync(await download.path()));
  assert.ok(objects.filter(({ id }) => !id.startsWith('marking-definition--')).length >= 2);
  await page.evaluate(() => document.querySelector('.stage').chart.select([]));
}

export async function chartIsATableToo({ page }) {
  await page.getByRole('group', { name: 'Panels' }).getByRole('button', { name: 'Table' }).click();
  const table = page.getByRole('region', { name: 'What is on the chart' });
  await table.getByRole('row').nth(1).waitFor();
  await table.getByRole('checkbox').first().check();
  assert.equal(await page.evaluate(() => document.querySelector('.stage').chart.selection.size), 1);
  await page.getByRole('button', { name: /^\d+ links?$/ }).click();
  await table.getByRole('columnheader', { name: 'Said by' }).waitFor();
  await page.getByRole('group', { name: 'Panels' }).getByRole('button', { name: 'Table' }).click();
}
