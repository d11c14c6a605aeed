// Setting up, signing out and in.
import assert from 'node:assert/strict';

export async function setUp({ page, server, person }) {
  await page.goto('/');
  await page.waitForURL('**/setup');
  await page.getByRole('heading', { name: 'This node is not set up yet' }).waitFor();
  await page.goto(new URL(server.setup).pathname + new URL(server.setup).search);
  await page.getByLabel('Name').fill(person.name);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByLabel('Password again').fill('something else entirely');
  await page.getByText('The two passwords differ.').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Create the administrator' }).isDisabled());
  await page.getByLabel('Password again').fill(person.password);
  await page.getByRole('button', { name: 'Create the administrator' }).click();
  await page.getByRole('heading', { name: 'What are you looking for?' }).waitFor();
  await page.getByRole('heading', { name: 'What this node knows' }).waitFor();
}

export async function setUpWorksOnce({ page, server, person }) {
  await page.goto(new URL(server.setup).pathname + new URL(server.setup).search);
  await page.getByLabel('Name').fill('mallory');
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByLabel('Password again').fill(person.password);
  await page.getByRole('button', { name: 'Create the administrator' }).click();
  await page.getByRole('alert').waitFor();
  assert.match(page.url(), /\/setup\?/);
}

export async function signInAgain({ page, person }) {
  await page.goto('/');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  await page.goto('/settings');
  await page.waitForURL('**/sign-in?next=%2Fsettings');
  await page.getByLabel('Name').fill(person.name);
  await page.getByLabel('Password').fill('wrong password here');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/settings');
  await page.getByText('administrator.').waitFor();
}
