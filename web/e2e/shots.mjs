// Pictures of every page of the exchange, for whoever changes how they look: `ENTENTE_BIN=… node e2e/shots.mjs FOLDER`.
import { mkdirSync } from 'node:fs';
import { browse } from './browser.mjs';
import * as enter from './scenarios/enter.mjs';
import * as agreements from './scenarios/agreements.mjs';
import * as wire from './scenarios/wire.mjs';
import { serve } from './server.mjs';

const folder = process.argv[2] ?? 'test-results/shots';
mkdirSync(folder, { recursive: true });
const server = await serve();
const browser = await browse(server.address);
const { page } = browser;
const person = { name: 'ada', password: 'correct horse battery staple' };
const context = { ...browser, server, person, world: server.world };
const LOOKS = [
  ['light', { width: 1440, height: 900 }, 'light'], ['dark', { width: 1440, height: 900 }, 'dark'], ['phone', { width: 375, height: 812 }, 'light'],
];
async function shoot(name, path, prepare = async () => undefined) {
  for (const [look, size, colorScheme] of LOOKS) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    // A page that listens is never idle.
    await page.waitForLoadState('load');
    await prepare();
    await page.waitForTimeout(700);
    await page.screenshot({ path: `${folder}/${name}-${look}.png`, fullPage: true });
  }
  await page.setViewportSize(LOOKS[0][1]);
  await page.emulateMedia({ colorScheme: 'light' });
}
const open = (locator) => async () => locator.first().locator('summary').first().click();
const story = async (...steps) => { for (const step of steps) await step(context); };

await story(enter.setUp);
await shoot('agreements-empty', '/agreements');
await shoot('wire-empty', '/wire');
await story(agreements.emptyStateOffersTemplates, agreements.draftFromTemplate);
const draft = `/agreements/${agreements.story.id}/draft`;
await shoot('draft', draft);
await shoot('draft-open', draft, open(page.locator('[data-clause="flow:attacks/data_categories"] details')));
await shoot('draft-preview', `${draft}?show=preview`, async () => { await page.locator('li details').first().waitFor(); await page.locator('li details').nth(2).locator('summary').click(); });
await shoot('draft-compare', `${draft}?show=compare`, () => page.getByLabel('Compare with').selectOption({ label: 'The template company to police' }));
await story(agreements.draftIsSigned);
await shoot('agreement-partly', `/agreements/${agreements.story.id}`);
await story((c) => page.goto(`/agreements/${agreements.story.id}`).then(() => agreements.partnerIsInvitedAndSigns(c)), wire.wireFillsLive);
await shoot('agreement', `/agreements/${agreements.story.id}`);
await shoot('agreements', '/agreements');
await shoot('wire', '/wire', open(page.locator('details[data-direction=out]', { hasText: 'fresh' })));
await page.goto(`/agreements/${agreements.story.id}`);
await page.getByRole('heading', { level: 1 }).waitFor();
await page.emulateMedia({ media: 'print' });
await page.setViewportSize({ width: 800, height: 1100 });
await page.screenshot({ path: `${folder}/agreement-print.png`, fullPage: true });
await page.pdf({ path: `${folder}/agreement.pdf` });
await browser.close();
await agreements.close();
await server.stop();
