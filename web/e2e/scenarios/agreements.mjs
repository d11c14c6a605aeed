// An agreement from a template to both signatures, between two nodes.
import assert from 'node:assert/strict';
import { ask, loadUntil } from '../node.mjs';

/** What the scenarios after the first go on with. */
export const story = { partner: undefined, who: undefined, id: undefined };

export const close = () => story.partner?.stop();

/** The pages of the story so far, for whoever looks at every page. */
export async function addresses(page) {
  await page.goto('/agreements');
  await page.getByRole('heading', { name: 'With others' }).waitFor();
  const id = story.id;
  const drafts = await page.evaluate(async () => (await (await fetch('/api/v1/drafts')).json()).map((draft) => draft.id));
  const parts = ['clauses', 'preview', 'compare'].map((part) => `/agreements/${id}?show=${part}`);
  return [...parts, ...drafts.flatMap((draft) => ['clauses', 'text', 'preview', 'compare'].map((part) => `/agreements/${draft}/draft?show=${part}`))];
}

export async function emptyStateOffersTemplates({ page }) {
  await page.goto('/wire');
  await page.getByRole('link', { name: 'Make an agreement' }).click();
  await page.getByRole('heading', { name: 'No agreement yet' }).waitFor();
  await page.getByRole('radio').nth(4).waitFor();
  assert.equal(await page.getByRole('radio').count(), 5);
}

export async function draftFromTemplate({ page, server }) {
  story.partner = await server.partner();
  story.who = await ask(story.partner.address, undefined, 'POST', '/setup', { token: new URL(story.partner.setup).searchParams.get('token'), name: 'pia', password: 'correct horse battery staple' });
  await page.getByRole('radio', { name: /A company tells a police unit/ }).check();
  await page.getByRole('radio', { name: 'A company', exact: true }).check();
  await page.getByRole('button', { name: 'Draft it' }).click();
  await page.waitForURL(/\/agreements\/[0-9A-Z]{26}\/draft$/);
  story.id = page.url().split('/').at(-2);
  // What is wrong stands beside the draft and at its clause, and a click goes there.
  const findings = page.getByRole('region', { name: 'Findings' });
  const lacking = findings.getByRole('button', { name: /has no key to sign with/ });
  await lacking.waitFor();
  assert.ok(await page.getByRole('button', { name: 'Sign', exact: true }).isDisabled());
  await lacking.click();
  const keys = story.partner.entente('peer', 'key', '--json');
  await page.getByLabel(/or paste the keys that A police/).fill(keys);
  await findings.getByText('It can be signed.').waitFor();
  // One clause is changed in its sentence.
  await page.getByLabel('Days of notice').fill('0');
  const form = page.locator('[data-clause="flow:attacks/transforms"]');
  await form.getByRole('button', { name: 'Change the form of a category' }).click();
  await form.getByLabel('What rule 1 is about').selectOption('domain');
  await form.getByLabel('Form of rule 1').selectOption('pseudonymise');
  await page.getByText('Changed, not saved').waitFor();
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'As it reads' }).click();
  await page.getByText('Domain names leave as keyed pseudonyms', { exact: false }).first().waitFor();
}
draftFromTemplate.pair = true;
emptyStateOffersTemplates.pair = true;

export async function draftConflictLosesNothing({ page }) {
  await page.goto(`/agreements/${story.id}/draft`);
  await page.getByLabel('Title', { exact: true }).fill('Ours');
  const outcome = await page.evaluate(async (id) => {
    const session = await (await fetch('/api/v1/session')).json();
    const draft = await (await fetch(`/api/v1/drafts/${id}`)).json();
    const headers = { 'Content-Type': 'application/json', 'X-Entente-CSRF': session.csrf, 'If-Match': `"${draft.version}"` };
    const body = JSON.stringify({ document: { ...draft.document, title: 'Attacks told to the police' } });
    return (await fetch(`/api/v1/drafts/${id}`, { method: 'PUT', headers, body })).status;
  }, story.id);
  assert.equal(outcome, 200);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Somebody saved this draft after you opened it', { exact: false }).waitFor();
  assert.equal(await page.getByLabel('Title', { exact: true }).inputValue(), 'Ours');
  await page.getByRole('button', { name: 'open the newest draft' }).click();
  await page.waitForFunction(() => document.querySelector('[aria-label="Title"]')?.value === 'Attacks told to the police');
}
draftConflictLosesNothing.pair = true;

export async function draftIsComparedAndPreviewed({ page, world }) {
  await page.goto(`/agreements/${story.id}/draft?show=compare`);
  await page.getByLabel('Compare with').selectOption({ label: 'The template company to police' });
  const change = page.getByRole('article').filter({ hasText: 'Domain names leave as keyed pseudonyms' });
  await change.locator('ins').first().waitFor();
  await page.getByRole('link', { name: 'Preview' }).click();
  await page.getByRole('button', { name: /sent in another form$|sent as it is$/ }).first().waitFor();
  await page.getByLabel('Of what').fill(world.refanged);
  await page.getByRole('button', { name: 'Look' }).click();
  const domain = page.locator('li', { has: page.locator('summary', { hasText: world.refanged }) }).first();
  await domain.getByText('sent in another form').waitFor();
  await domain.locator('summary').click();
  await domain.getByRole('region', { name: 'What is sent' }).getByText('other form').first().waitFor();
  // Why not, for one thing.
  await page.getByLabel('Of what').fill('quietroom');
  await page.getByRole('button', { name: 'Look' }).click();
  await page.getByRole('button', { name: /^1 claim|^\d+ claims$/ }).waitFor();
  const one = page.locator('li details').first();
  await one.locator('summary').click();
  await one.locator('dl, p').first().waitFor();
}
draftIsComparedAndPreviewed.pair = true;

export async function draftIsSigned({ page }) {
  await page.goto(`/agreements/${story.id}/draft`);
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: 'Sign', exact: true }).click();
  await page.waitForURL(new RegExp(`/agreements/${story.id}$`));
  await page.getByText('It waits for the signature of A police cybercrime centre.').waitFor();
  const signatures = page.getByRole('region', { name: 'Signatures' });
  assert.equal(await signatures.getByText('not yet signed').count(), 1);
}
draftIsSigned.pair = true;

export async function partnerIsInvitedAndSigns({ page, server }) {
  await page.getByRole('button', { name: 'Invite by link' }).click();
  const dialog = page.getByRole('dialog', { name: 'Invite by link' });
  await dialog.getByLabel('Where partners’ nodes reach this one (host:port)').fill(server.partners);
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  const link = await dialog.locator('code').innerText();
  await page.keyboard.press('Escape');
  const { address } = story.partner;
  const fetched = await ask(address, story.who, 'POST', '/invitations', { link });
  assert.equal(fetched.standing.word, 'partly_signed');
  const again = await fetch(`${address}/api/v1/invitations`, { method: 'POST', headers: story.who.headers, body: JSON.stringify({ link }) });
  assert.equal(again.status, 400, 'a link works once');
  const signed = await ask(address, story.who, 'POST', `/agreements/${story.id}/signature`, { hash: fetched.review.hash });
  assert.equal(signed.standing.word, 'in_force');
  // Its node sends the signature back by itself.
  await loadUntil(page, page.getByText(/^It is in force until/));
}
partnerIsInvitedAndSigns.pair = true;

export async function agreementIsPrintable({ page }) {
  await page.goto(`/agreements/${story.id}`);
  await page.getByRole('heading', { name: 'The parties' }).waitFor();
  await page.emulateMedia({ media: 'print' });
  try {
    assert.equal(await page.getByRole('button', { name: 'Print' }).isVisible(), false);
    assert.ok(await page.getByText('Termination', { exact: true }).isVisible());
    assert.ok(await page.locator('.hash').isVisible());
    assert.ok((await page.pdf()).length > 20_000);
  } finally {
    await page.emulateMedia({ media: 'screen' });
  }
}
agreementIsPrintable.pair = true;

export async function agreementIsSuspendedAndResumed({ page }) {
  await page.goto(`/agreements/${story.id}`);
  await page.getByLabel('Why, for the other parties to read').fill('under review');
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: 'Suspend' }).click();
  await page.getByText(/suspended it on/).first().waitFor();
  await page.getByText('under review', { exact: false }).first().waitFor();
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText(/^It is in force until/).waitFor();
  // What is in force is changed by a further version, which begins as its copy.
  await page.getByRole('button', { name: 'Draft the next version' }).click();
  await page.waitForURL(/\/draft$/);
  await page.getByText('version 2', { exact: true }).waitFor();
  await page.getByText('It can be signed.', { exact: false }).first().waitFor();
}
agreementIsSuspendedAndResumed.pair = true;
