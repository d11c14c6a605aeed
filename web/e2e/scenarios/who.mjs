// Who is behind something: asked, understood, decided, taken back.
import { equal, ok } from 'node:assert/strict';
import { fileURLToPath } from 'node:url';

const SCAN = fileURLToPath(new URL('../files/scan.jsonl', import.meta.url));

export async function whoIsAskedAndDecided({ page, server }) {
  server.entente('import', SCAN, '--source', 'Scanner', '--tlp', 'green');
  await page.goto('/who');
  await page.getByRole('heading', { name: 'Who is behind this?' }).waitFor();
  await page.getByRole('search', { name: 'Begin from' }).getByRole('combobox').fill('till-lamp.example');
  await page.getByRole('option', { name: /till-lamp\.example/ }).first().click();
  const member = page.getByRole('article', { name: /^desk-lamp\.example/ });
  await member.getByText('has the fingerprint UA-70099731-6').waitFor();
  const before = await member.getAttribute('aria-label');
  await member.getByRole('button', { name: 'Does not' }).click();
  await member.waitFor({ state: 'detached' });
  const rejected = page.getByRole('group', { name: 'desk-lamp.example, rejected' });
  await rejected.getByText('ada').waitFor();
  await page.reload();
  await rejected.getByRole('button', { name: 'Take back' }).click();
  await member.waitFor();
  equal(await rejected.count(), 0);
  equal(await member.getAttribute('aria-label'), before);
  await member.getByRole('button', { name: 'Belongs' }).click();
  await member.getByText('confirmed by ada').waitFor();
  await member.getByRole('button', { name: 'Take back' }).click();
  await member.getByRole('button', { name: 'Belongs' }).waitFor();
  await page.getByRole('button', { name: 'What would take it apart?' }).click();
  const plan = page.getByRole('region', { name: 'What would take it apart' });
  await plan.getByRole('heading', { name: /^What remains/ }).waitFor();
  const [first] = await plan.getByRole('listitem').getByRole('link').allTextContents();
  await plan.getByRole('button', { name: `Spare ${first}` }).click();
  await plan.getByText('Spared:').waitFor();
  await plan.getByRole('listitem').getByRole('link', { name: first, exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Work on it with partners' }).click();
  const panel = page.getByRole('region', { name: 'Work on it with partners' });
  await panel.getByLabel('Case').fill('Lamp');
  await panel.getByText('No agreement in force is about this case').waitFor();
  await panel.getByRole('button', { name: 'Take up what ties it' }).click();
  await panel.getByText('new in the case').waitFor();
  await panel.getByRole('button', { name: 'Say what is sought' }).click();
  await panel.getByText('sought,').waitFor();
  ok(await page.getByText('A probability, not a proof').isVisible());
}
whoIsAskedAndDecided.pair = true;
