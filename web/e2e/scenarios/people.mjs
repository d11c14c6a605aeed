// People, tokens, theme.
import assert from 'node:assert/strict';

export async function peopleAreAddedAndRemoved({ page }) {
  await page.goto('/settings');
  await page.getByLabel('Name', { exact: true }).fill('grace');
  await page.getByLabel('First password').fill('another good passphrase');
  await page.locator('select[name=new-role]').selectOption('reader');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('combobox', { name: 'Role of grace' }).waitFor();
  await page.getByRole('combobox', { name: 'Role of grace' }).selectOption('analyst');
  await page.waitForFunction(() => document.querySelector('[aria-label="Role of grace"]')?.value === 'analyst');
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: 'Remove grace' }).click();
  await page.getByRole('combobox', { name: 'Role of grace' }).waitFor({ state: 'detached' });
}

export async function tokensOpenTheApi({ page, server }) {
  await page.goto('/settings');
  await page.getByLabel('What is it for?').fill('nightly feed');
  await page.getByRole('button', { name: 'Make a token' }).click();
  const token = await page.locator('.fresh code').innerText();
  const ask = () => fetch(`${server.address}/api/v1/stats`, { headers: { Authorization: `Bearer ${token}` } });
  if (!server.setup?.includes('demo-setup')) assert.equal((await ask()).status, 200);
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: 'Withdraw nightly feed' }).click();
  await page.getByRole('button', { name: 'Withdraw nightly feed' }).waitFor({ state: 'detached' });
  assert.equal((await ask()).status, 401);
}

export async function themeIsKept({ page }) {
  await page.goto('/settings');
  await page.getByRole('radio', { name: 'Dark' }).check();
  await page.reload();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.getByRole('radio', { name: 'Like the system' }).check();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
}

export async function sourcesAreSaidWhose({ page }) {
  await page.goto('/settings');
  const whose = page.getByRole('combobox', { name: 'Whose Bank circle is' });
  const is = (value) => page.waitForFunction((wanted) => document.querySelector('[aria-label="Whose Bank circle is"]')?.value === wanted, value);
  await is('');
  await whose.selectOption('other');
  await is('other');
  // Consent counts once it is said where it is written.
  await whose.selectOption('consenting');
  await page.getByLabel('Where is that written?').fill('minutes of 9 November, item 4');
  await page.getByRole('button', { name: 'Keep' }).click();
  await page.getByText(/minutes of 9 November, item 4; .* said so/).waitFor();
  await page.reload();
  await is('consenting');
  await whose.selectOption('own');
  await is('own');
}
