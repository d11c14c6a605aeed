// Everything at the width of a phone.
import assert from 'node:assert/strict';
import { ready } from '../chart.mjs';
import { addresses } from './agreements.mjs';
import * as emerging from './emerging.mjs';

const PHONE = { width: 375, height: 812 };
const DESK = { width: 1440, height: 900 };

export async function phoneFits({ page, world, server }) {
  await page.setViewportSize(PHONE);
  try {
    const wide = [];
    const exchange = server.partner ? ['/agreements', ...(await addresses(page)), '/wire', '/referrals', '/referrals?show=ended'] : [];
    for (const path of ['/', `/?since=${emerging.story.since}`, '/money', `/search?q=${world.family}`, '/import', '/settings', '/chart', ...exchange]) {
      await page.goto(path);
      await page.getByRole('main').waitFor();
      await page.waitForLoadState('networkidle');
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > PHONE.width) wide.push(`${path} is ${width} wide`);
    }
    await page.goto(`/search?q=${world.family}&kind=malware`);
    await page.locator('.thing', { hasText: world.family }).first().click();
    await page.getByRole('link', { name: 'Open in chart' }).waitFor();
    await page.waitForLoadState('networkidle');
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > PHONE.width) wide.push(`a thing is ${width} wide`);
    assert.deepEqual(wide, []);
    await page.getByRole('link', { name: 'Open in chart' }).click();
    await ready(page);
    const tabs = page.getByRole('group', { name: 'View' });
    await tabs.getByRole('button', { name: 'Filter' }).click();
    await page.getByRole('complementary', { name: 'Filter and legend' }).waitFor();
    await tabs.getByRole('button', { name: 'Time' }).click();
    await page.getByRole('region', { name: 'Time' }).waitFor();
    await tabs.getByRole('button', { name: 'Map' }).click();
    await page.getByRole('region', { name: 'Map' }).waitFor();
    await tabs.getByRole('button', { name: 'Table' }).click();
    await page.getByRole('region', { name: 'What is on the chart' }).waitFor();
    await tabs.getByRole('button', { name: 'Chart' }).click();
  } finally {
    await page.setViewportSize(DESK);
  }
}
