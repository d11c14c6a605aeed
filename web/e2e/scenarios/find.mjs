// The search box and the page of a thing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export async function searchDefanged({ page, world }) {
  await page.goto('/');
  const box = page.getByRole('combobox', { name: 'Search' });
  await box.fill(world.defanged);
  await page.getByRole('option').first().waitFor();
  await box.press('Enter');
  await page.waitForURL('**/search?q=*');
  await page.locator('.thing').first().waitFor();
  const first = await page.locator('.thing .label').first().innerText();
  assert.ok(first.includes(world.refanged), `\`${first}\` is not ${world.refanged}`);
}

export async function searchSuggests({ page, world }) {
  await page.goto('/');
  const box = page.getByRole('combobox', { name: 'Search' });
  await box.fill(world.family);
  await page.getByRole('option').first().waitFor();
  await box.press('ArrowDown');
  assert.equal(await page.getByRole('option').first().getAttribute('aria-selected'), 'true');
  await box.press('Enter');
  await page.waitForURL('**/things/*');
}

export async function searchFindsNothing({ page }) {
  await page.goto('/search?q=nothing-is-called-this-9f2c');
  await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
}

export async function thingTellsWhoSaysWhat({ page, world }) {
  await page.goto(`/search?q=${world.family}&kind=malware`);
  await page.locator('.thing', { hasText: world.family }).first().click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  const claims = page.getByRole('region', { name: 'Claims side by side' });
  await claims.getByText(/^claim \d+$/).first().waitFor();
  await claims.getByRole('rowheader', { name: 'received' }).waitFor();
  assert.ok((await claims.locator('.tlp').count()) > 0, 'every claim shows its TLP');
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
  const links = page.locator('section', { has: page.getByRole('heading', { name: 'Links' }) });
  await links.locator('li').first().waitFor();
  const kind = links.getByRole('group', { name: 'Kind of link' }).getByRole('button').nth(1);
  await kind.click();
  assert.equal(await kind.getAttribute('aria-pressed'), 'true');
  await links.locator('li').first().waitFor();
  for (const name of ['Open in chart', 'Who mentions it']) await page.getByRole('link', { name }).waitFor();
}

export async function thingIsExportedByKeyboard({ page, world }) {
  const menu = page.locator('summary', { hasText: 'Export with its links' });
  await menu.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  assert.equal(await page.getByRole('button', { name: 'STIX 2.1 bundle' }).isVisible(), false, 'Escape closes the list');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  assert.equal(download.suggestedFilename(), `${world.family}.stix.json`);
  const bundle = JSON.parse(readFileSync(await download.path()));
  assert.equal(bundle.type, 'bundle');
  assert.ok(bundle.objects.some(({ id }) => page.url().includes(encodeURIComponent(id)) || page.url().includes(id)));
}

export async function searchIsExported({ page, world }) {
  await page.goto(`/search?q=${world.family}`);
  await page.locator('.thing').first().waitFor();
  const rows = await page.locator('.thing').count();
  const save = async (label) => {
    await page.locator('summary', { hasText: label }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV table' }).click()]);
    return readFileSync(await download.path()).toString().trim().split('\n').length - 1;
  };
  assert.equal(await save('Export all shown'), rows);
  await page.getByRole('checkbox').first().check();
  assert.equal(await save('Export 1'), 1);
}

export async function missingThingIs404({ page }) {
  await page.goto('/things/domain-name--00000000-0000-5000-8000-000000000000');
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  await page.goto('/no/such/page');
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
}
