// `npm run bench:pan`: script time per frame while panning a chart of 10,000 things. A measurement, not a test: drawing is
// done in software here, so frames a second say nothing of a real screen; milliseconds of script do.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { browse } from './browser.mjs';

const THINGS = Number(process.env.THINGS ?? 10_000);
const FRAMES = 60;
const mock = spawn(process.execPath, [fileURLToPath(new URL('../mock/server.mjs', import.meta.url)), '--port', '0', '--things', String(THINGS), '--signed-in'], { stdio: ['ignore', 'pipe', 'inherit'] });
const [line] = await new Promise((done) => createInterface({ input: mock.stdout }).once('line', (text) => done([text])));
const browser = await browse(JSON.parse(line).address);
const { page, context } = browser;
try {
  await page.goto('/chart');
  await page.getByRole('application').waitFor();
  const loaded = await page.evaluate(async (things) => {
    const { chart } = document.querySelector('.stage');
    const body = (json) => ({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(json) });
    const first = (await (await fetch('/api/v1/search?q=zeroaccess&limit=1')).json()).objects[0].id;
    const view = await (await fetch('/api/v1/graph/component', body({ id: first, filter: { hubs: 'expand' }, limit: things }))).json();
    const started = performance.now();
    chart.add('All', view.vertices, view.edges);
    return { things: chart.graph.order, links: chart.graph.size, added_ms: Math.round(performance.now() - started) };
  }, THINGS);
  await page.getByRole('button', { name: 'Fit in view' }).click();
  await page.waitForFunction(() => !document.querySelector('.stage').renderer.sigma.getCamera().isAnimated());
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  const metrics = async () => Object.fromEntries((await session.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));
  const box = await page.locator('.stage').boundingBox();
  const [x, y] = [box.x + 12, box.y + 12];
  await page.evaluate(() => {
    const { sigma } = document.querySelector('.stage').renderer;
    globalThis.frames = [];
    let from = 0;
    sigma.on('beforeRender', () => (from = performance.now()));
    sigma.on('afterRender', () => globalThis.frames.push(performance.now() - from));
  });
  await page.mouse.move(x, y);
  await page.mouse.down();
  const before = await metrics();
  for (let i = 1; i <= FRAMES; i++) {
    const drawn = await page.evaluate(() => globalThis.frames.length);
    await page.mouse.move(x + i * 4, y + i * 3);
    await page.waitForFunction((n) => globalThis.frames.length > n, drawn, { polling: 'raf' });
  }
  const after = await metrics();
  await page.mouse.up();
  const times = (await page.evaluate(() => globalThis.frames)).sort((a, b) => a - b);
  const at = (share) => Number(times[Math.floor((times.length - 1) * share)].toFixed(2));
  console.log(JSON.stringify({
    ...loaded, frames: times.length, render_ms: { median: at(0.5), p90: at(0.9), worst: at(1) },
    script_ms_per_frame: Number((((after.ScriptDuration - before.ScriptDuration) * 1000) / times.length).toFixed(2)),
  }));
} finally {
  await browser.close();
  mock.kill();
}
