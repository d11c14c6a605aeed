// The chart: expand, path, filter, layouts, undo.
import assert from 'node:assert/strict';
import { labels, ready, select, shown, spot } from '../chart.mjs';

export async function chartOpensAndExpands({ page, world }) {
  await page.goto(`/search?q=${world.family}&kind=malware`);
  await page.locator('.thing', { hasText: world.family }).first().click();
  await page.getByRole('link', { name: 'Open in chart' }).click();
  await ready(page);
  const before = await shown(page);
  assert.ok(before > 2, `only ${before} things`);
  // Double-click on whatever neighbour brings something new.
  for (const label of (await labels(page)).filter((name) => name !== world.family)) {
    const { x, y } = await spot(page, label);
    await page.mouse.dblclick(x, y);
    await ready(page);
    if ((await shown(page)) > before) break;
  }
  assert.ok((await shown(page)) > before, 'double-click brings neighbours');
}

export async function chartUndoesEverything({ page }) {
  const undo = page.getByRole('button', { name: /^Undo/ });
  const most = await shown(page);
  let steps = 0;
  while (await undo.isEnabled()) {
    await undo.click();
    steps += 1;
  }
  assert.ok(steps >= 2);
  assert.equal(await shown(page), 0);
  const redo = page.getByRole('button', { name: /^Redo/ });
  while (await redo.isEnabled()) await redo.click();
  assert.equal(await shown(page), most);
}

export async function chartFindsAPath({ page, world }) {
  const add = page.getByRole('combobox', { name: 'Add to the chart' });
  await add.fill(world.other);
  await page.getByRole('option', { name: new RegExp(`^${world.other}`) }).first().click();
  await ready(page);
  assert.equal(await select(page, [world.family, world.other]), 2);
  await page.getByRole('button', { name: 'Path', exact: true }).click();
  await page.getByRole('region', { name: 'Paths' }).waitFor();
  await ready(page);
  await page.getByRole('region', { name: 'Paths' }).getByRole('button', { name: /step/ }).first().click();
  assert.ok((await page.evaluate(() => document.querySelector('.stage').chart.selection.size)) >= 2);
}

export async function chartFiltersByKind({ page }) {
  const before = await shown(page);
  await page.getByRole('button', { name: 'Only malware' }).click({ force: true });
  const kinds = await page.evaluate(() => {
    const { graph } = document.querySelector('.stage').chart;
    return [...new Set(graph.filterNodes((_, v) => v.mask === 0 && v.moreOf === null).map((id) => graph.getNodeAttribute(id, 'summary').type))];
  });
  assert.deepEqual(kinds, ['malware']);
  await page.getByRole('button', { name: 'Reset' }).click();
  assert.equal(await shown(page), before);
}

export async function chartBrushesTimeAndMap({ page }) {
  const all = await shown(page);
  const time = page.getByRole('region', { name: 'Time' });
  await time.getByLabel('undated').uncheck();
  const from = await time.getByLabel('From').inputValue();
  await time.getByLabel('to', { exact: true }).fill(from);
  await time.getByLabel('to', { exact: true }).press('Tab');
  await page.waitForFunction((before) => {
    const { graph } = document.querySelector('.stage').chart;
    return graph.filterNodes((_, v) => v.mask === 0 && v.moreOf === null).length < before;
  }, all);
  await time.getByRole('button', { name: 'All time' }).click();
  await time.getByLabel('undated').check();
  assert.equal(await shown(page), all);

  const map = page.getByRole('region', { name: 'Map' });
  await map.locator('summary').click();
  const bars = () => page.evaluate(() => [...document.querySelectorAll('.time rect')].filter((bar) => Number(bar.getAttribute('height')) > 0).length);
  const before = await bars();
  await map.getByRole('checkbox').first().check();
  assert.ok((await shown(page)) < all, 'a country filters the chart');
  assert.ok((await bars()) <= before, 'and the time brush');
  await map.getByRole('button', { name: 'Everywhere' }).click();
  assert.equal(await shown(page), all);
}

export async function chartLaysOut({ page }) {
  for (const name of ['Hierarchic', 'Circular', 'By group', 'Force']) {
    const before = await page.evaluate(() => JSON.stringify([...document.querySelector('.stage').chart.snapshot()]));
    await page.locator('summary[aria-label=Layout]').click();
    await page.getByRole('button', { name, exact: true }).click();
    await page.waitForFunction((old) => JSON.stringify([...document.querySelector('.stage').chart.snapshot()]) !== old, before);
    await ready(page);
  }
}

export async function chartCatchesWithALasso({ page }) {
  await page.getByRole('button', { name: 'Fit in view' }).click();
  await ready(page);
  const box = await page.locator('.stage').boundingBox();
  const corners = [[6, 6], [box.width - 6, 6], [box.width - 6, box.height - 6], [6, box.height - 6], [6, 8]];
  await page.keyboard.down('Shift');
  await page.mouse.move(box.x + 6, box.y + 6);
  await page.mouse.down();
  for (const [x, y] of corners) await page.mouse.move(box.x + x, box.y + y, { steps: 3 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await page.waitForFunction(() => document.querySelector('.stage').chart.selection.size > 2);
}

export async function chartHidesAndPins({ page, world }) {
  const before = await shown(page);
  await select(page, [world.other]);
  await page.getByRole('button', { name: 'Pin', exact: true }).click();
  await page.getByRole('button', { name: 'Free', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Hide', exact: true }).click();
  assert.equal(await shown(page), before - 1);
  await page.getByRole('button', { name: /^Show \d+ hidden/ }).click();
  assert.equal(await shown(page), before);
}

export async function chartSaysWhoDrewALine({ page, world }) {
  await select(page, [world.family]);
  const details = page.getByRole('complementary', { name: 'Details' });
  await details.getByTitle('Who says so').first().click();
  await details.getByRole('heading', { name: /claims? says? so/ }).waitFor();
  await details.getByRole('link', { name: /^Claim \d+/ }).first().click();
  await page.waitForURL('**/things/*claim=*');
  await page.getByRole('region', { name: 'Claims side by side' }).waitFor();
  await page.goBack();
  await ready(page);
}
