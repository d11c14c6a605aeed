// From the start page to an expanded chart without touching the mouse.
import assert from 'node:assert/strict';
import { ready, shown } from '../chart.mjs';

const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim() ?? '');

async function tabTo(page, name) {
  for (let presses = 0; presses < 60; presses++) {
    if (name.test(await focused(page))) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not reach ${name}`);
}

export async function keyboardAlone({ page, world }) {
  await page.goto('/');
  await page.getByRole('heading', { name: 'What are you looking for?' }).waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'Skip to content');
  await page.keyboard.press('Enter');
  await tabTo(page, /^Search$/);
  await page.keyboard.type(world.family);
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/things/*');
  await page.getByRole('link', { name: 'Open in chart' }).waitFor();
  await tabTo(page, /^Open in chart$/);
  await page.keyboard.press('Enter');
  await ready(page);
  await tabTo(page, /^Chart with \d+ things$/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  assert.notEqual(await page.locator('.canvas [role=status]').innerText(), '', 'each move is told');
  const before = await shown(page);
  await page.keyboard.press('Delete');
  assert.equal(await shown(page), before - 1);
  await page.keyboard.press('Control+z');
  assert.equal(await shown(page), before);
  await page.keyboard.press('Control+y');
  assert.equal(await shown(page), before - 1);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('p');
  assert.ok(await page.evaluate(() => { const { chart } = document.querySelector('.stage'); return chart.chosen.every((id) => chart.graph.getNodeAttribute(id, 'pinned')); }));
  await page.keyboard.press('Enter');
  await ready(page);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Chart: keys and mouse' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Chart: keys and mouse' }).waitFor({ state: 'hidden' });
  await page.getByRole('application').focus();
  await page.keyboard.press('/');
  assert.equal(await focused(page), 'Add to the chart');
}
