// axe over every page, light and dark: WCAG 2.0 to 2.2, levels A and AA.
import assert from 'node:assert/strict';
import { ready, select } from '../chart.mjs';
import { addresses } from './agreements.mjs';
import * as emerging from './emerging.mjs';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function check(page, where, found) {
  const violations = await page.evaluate(async (tags) => {
    const { violations } = await globalThis.axe.run(document, { runOnly: tags });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 4).map((node) => `${node.target.join(' ')} (${node.failureSummary.split('\n').at(-1).trim()})`).join(', ')}`);
  }, TAGS);
  found.push(...violations.map((violation) => `${where}: ${violation}`));
}

async function everyPage(page, world, found, theme, server) {
  const visit = async (path, waited) => {
    await page.goto(path);
    await waited();
    await page.waitForLoadState('networkidle');
    await check(page, `${path} ${theme}`, found);
  };
  await visit('/', () => page.getByRole('heading', { name: 'What this node knows' }).waitFor());
  await visit(`/?since=${emerging.story.since}`, async () => { await page.getByRole('region', { name: 'Emerging' }).getByText('As of').waitFor(); await open(page.locator('article summary')); });
  await visit('/aliases', () => page.getByText(/^As of/).first().waitFor());
  await visit('/money', async () => { await page.getByText(/^As of|^No payments/).first().waitFor(); await open(page.locator('article summary')); });
  await visit(`/search?q=${world.family}`, () => page.locator('.thing').first().waitFor());
  await visit('/import', () => page.getByRole('heading', { name: 'Earlier imports' }).waitFor());
  await page.getByRole('link', { name: 'mixed.json' }).first().click();
  await page.getByRole('region', { name: 'Rejected records' }).or(page.getByText('dry run: nothing kept')).first().waitFor();
  await check(page, `an import ${theme}`, found);
  await visit('/settings', () => page.getByRole('heading', { name: 'Add a person' }).waitFor());
  await visit('/no/such/page', () => page.getByRole('heading', { name: 'There is nothing here' }).waitFor());
  await visit('/setup', () => page.getByRole('heading', { level: 1 }).waitFor());
  await visit('/setup?token=x', () => page.getByRole('heading', { level: 1 }).waitFor());
  await visit('/sign-in', () => page.getByRole('heading', { level: 1 }).waitFor());
  await visit('/chart', () => page.getByRole('application').waitFor());
  await visit('/who', () => page.getByRole('heading', { name: 'Who is behind this?' }).waitFor());
  if (server.partner) await behind(page, visit, theme, found);
  if (server.partner) await exchange(page, visit);
  await page.goto(`/search?q=${world.family}&kind=malware`);
  await page.locator('.thing', { hasText: world.family }).first().click();
  await page.locator('#links').waitFor();
  await page.waitForLoadState('networkidle');
  await check(page, `a thing ${theme}`, found);
  await page.locator('summary', { hasText: 'Export with its links' }).click();
  await check(page, `an export menu ${theme}`, found);
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Open in chart' }).click();
  await ready(page);
  await select(page, [world.family]);
  await check(page, `a chart ${theme}`, found);
  await page.getByRole('group', { name: 'Panels' }).getByRole('button', { name: 'Table' }).click();
  await check(page, `the chart's table ${theme}`, found);
  await page.getByRole('button', { name: 'Save', exact: true }).first().click();
  await page.getByRole('dialog').waitFor();
  await check(page, `the save dialog ${theme}`, found);
  await page.keyboard.press('Escape');
}

/** Opens the first of these, where there is one. */
const open = async (summaries) => (await summaries.count()) && summaries.first().click();

/** Who is behind a shop, with what was said not to be of it. */
async function behind(page, visit, theme, found) {
  const { objects } = await page.evaluate(async () => (await fetch('/api/v1/search?q=till-lamp.example')).json());
  await visit(`/who?ids=${objects[0].id}`, () => page.getByRole('article').nth(1).waitFor());
  await page.getByRole('button', { name: 'What would take it apart?' }).click();
  await page.getByRole('heading', { name: /^What remains/ }).waitFor();
  await check(page, `a plan ${theme}`, found);
}

/** Agreements, a draft, the wire, referrals. */
async function exchange(page, visit) {
  const heading = (name) => () => page.getByRole('heading', { name, exact: true }).first().waitFor();
  await visit('/agreements', heading('A new agreement'));
  for (const path of await addresses(page)) await visit(path, () => page.getByRole('heading', { level: 1 }).waitFor());
  await visit('/wire', async () => { await heading('Wire')(); await page.locator('details[data-direction=out]', { hasText: '192.0.2.99' }).locator('summary').click(); await page.getByRole('region', { name: 'What is sent' }).first().waitFor(); });
  await visit('/referrals', heading('Referrals'));
  await visit('/referrals?show=ended', () => page.getByRole('article').first().waitFor());
}

export async function accessibleInLight({ page, world, server }) {
  const found = [];
  await everyPage(page, world, found, 'light', server);
  assert.deepEqual(found, []);
}

export async function accessibleInDark({ page, world, server }) {
  const found = [];
  await page.emulateMedia({ colorScheme: 'dark' });
  try {
    await everyPage(page, world, found, 'dark', server);
  } finally {
    await page.emulateMedia({ colorScheme: 'light' });
  }
  assert.deepEqual(found, []);
}
