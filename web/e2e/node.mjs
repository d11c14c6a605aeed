// Asking a node's API without a browser, as the person who set it up.

/** Asks and answers the JSON; setting up answers who asked, for the questions after it. */
export async function ask(address, who, method, path, body) {
  const headers = { 'Content-Type': 'application/json', ...who?.headers };
  const response = await fetch(`${address}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  const answer = await response.json();
  if (path !== '/setup') return answer;
  const cookie = response.headers.get('set-cookie').split(';')[0];
  return { ...answer, headers: { 'Content-Type': 'application/json', Cookie: cookie, 'X-Entente-CSRF': answer.csrf } };
}

const PATIENCE = 60_000;

/**
 * Loads the page anew until this is on it. Each look is a whole load, so nothing spins. (Playwright's `waitForFunction` takes the
 * promise of an async predicate for true and does not wait.)
 */
export async function loadUntil(page, locator) {
  const began = performance.now();
  for (;;) {
    await page.reload({ waitUntil: 'networkidle' });
    if (await locator.first().isVisible()) return;
    if (performance.now() - began > PATIENCE) throw new Error(`it did not come: ${locator}`);
  }
}
