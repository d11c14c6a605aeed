// What goes over the wire, while it goes; its proof; what people decide.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, loadUntil } from '../node.mjs';
import { story } from './agreements.mjs';

const indicator = (value) => ({ type: 'domain-name', spec_version: '2.1', id: `domain-name--${crypto.randomUUID()}`, value });
const address = (value) => ({ type: 'ipv4-addr', spec_version: '2.1', id: `ipv4-addr--${crypto.randomUUID()}`, value });
const account = (login) => ({ type: 'user-account', spec_version: '2.1', id: `user-account--${crypto.randomUUID()}`, account_login: login });

/** The node learns of these, from a command line beside it. */
function learn(server, objects) {
  const folder = mkdtempSync(join(tmpdir(), 'entente-e2e-'));
  const file = join(folder, 'learned.json');
  writeFileSync(file, JSON.stringify({ type: 'bundle', id: `bundle--${crypto.randomUUID()}`, objects }));
  server.entente('import', file, '--source', 'our own desk', '--tlp', 'green');
  rmSync(folder, { recursive: true });
}

export async function wireFillsLive({ page, server }) {
  await page.goto('/wire');
  await page.getByText('live', { exact: true }).waitFor();
  learn(server, [indicator('fresh.lamp-relay.example'), address('192.0.2.99')]);
  const line = page.locator('details[data-direction=out]', { hasText: '192.0.2.99' });
  await line.waitFor();
  const changed = page.locator('details[data-direction=out]', { hasText: 'fresh.lamp-relay.example' });
  await changed.getByText(/changed/).first().waitFor();
  await changed.locator('summary').click();
  await changed.getByRole('region', { name: 'What is sent' }).getByText('other form').first().waitFor();
  // The partner confirms it, which the page says without being asked.
  await page.locator('[data-party=police]', { hasText: 'well' }).waitFor();
}
wireFillsLive.pair = true;

export async function partnerSeesWhatCameIn() {
  const { partner, who } = story;
  // Each look is a process, so nothing spins.
  for (let looks = 0; JSON.parse(partner.entente('peer', 'status', '--json'))[0].received < 3; looks += 1) assert.ok(looks < 200, 'it did not come in');
  const page = await ask(partner.address, who, 'GET', '/partners/company/wire?direction=in');
  const came = page.items.find(({ label }) => label === '192.0.2.99');
  assert.deepEqual([came.direction, came.flow, came.state, came.under.version], ['in', 'attacks', 'stands', 1]);
  assert.ok(came.until > new Date().toISOString(), 'it says until when it may be kept');
  assert.ok(came.clauses.every(({ number, text }) => number && text));
  // What left under another name came in under that, and under no other.
  assert.ok(!JSON.stringify(page).includes('fresh.lamp-relay.example'));
}
partnerSeesWhatCameIn.pair = true;

export async function proofIsVerified({ page, server }) {
  await page.goto('/wire');
  const line = page.locator('details[data-direction=out]', { hasText: '192.0.2.99' });
  await line.locator('summary').click();
  const [download] = await Promise.all([page.waitForEvent('download'), line.getByRole('link', { name: 'Proof of this disclosure' }).click()]);
  const file = await download.path();
  assert.ok(JSON.parse(readFileSync(file)).released.includes('192.0.2.99'));
  const command = await line.locator('code', { hasText: 'verify-proof' }).innerText();
  const key = /--key '(.*)'/.exec(command)[1];
  assert.match(server.entente('audit', 'verify-proof', file, '--key', key), /The proof holds/);
}
proofIsVerified.pair = true;

export async function referralIsDecided({ page, server }) {
  learn(server, [account('mallory')]);
  await page.goto('/referrals');
  await loadUntil(page, page.getByRole('article', { name: /mallory/ }));
  await page.goto('/wire');
  await page.getByRole('link', { name: /referrals? waits?/ }).click();
  const referral = page.getByRole('article', { name: /mallory/ });
  await referral.getByLabel('A note, for the record').fill('it is his alone');
  await referral.getByRole('button', { name: 'Refuse' }).click();
  await referral.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Decided' }).click();
  await page.getByRole('article', { name: /mallory/ }).getByText('refused', { exact: true }).waitFor();
  await page.getByText('it is his alone', { exact: false }).waitFor();
}
referralIsDecided.pair = true;

export async function tokenOfAPartner({ page }) {
  await page.goto('/wire');
  const reach = page.getByRole('region', { name: 'How it is reached' });
  await reach.getByLabel('What is it for?').fill('their poller');
  await reach.getByRole('button', { name: 'Make a token' }).click();
  assert.ok((await reach.locator('.fresh code').innerText()).length > 30);
  page.once('dialog', (dialog) => void dialog.accept());
  await reach.getByRole('button', { name: 'Withdraw their poller' }).click();
  await reach.getByRole('button', { name: 'Withdraw their poller' }).waitFor({ state: 'detached' });
}
tokenOfAPartner.pair = true;
