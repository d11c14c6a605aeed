// What the tests run against: a node that is up already (ENTENTE_URL), the true binary on a fresh data folder with the
// demonstration sample (ENTENTE_BIN), or the mock.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Two stories that touch, how to write one of their names defanged, and what it is read as. */
const DEMO = { family: 'lantern', other: 'quietroom', defanged: 'lamp-relay[.]example', refanged: 'lamp-relay.example' };
const MOCK = { family: 'zeroaccess', other: 'gamerue', defanged: 'parking[.]example', refanged: 'parking.example' };

const SAMPLE = [
  ['lantern.stix.json', 'CSIRT Northmark', 'amber'],
  ['quietroom.misp.json', 'Bank circle', 'amber+strict'],
  ['sinkhole.csv', 'Harbour University', 'green'],
  ['lantern.txt', 'Open blocklist', 'clear'],
];

export async function serve() {
  if (process.env.ENTENTE_URL) {
    return { address: process.env.ENTENTE_URL, setup: process.env.ENTENTE_SETUP, world: DEMO, stop: () => undefined };
  }
  const binary = process.env.ENTENTE_BIN;
  if (!binary) return start(process.execPath, [here('../mock/server.mjs'), '--port', '0'], MOCK);
  const data = mkdtempSync(join(tmpdir(), 'entente-e2e-'));
  for (const [file, source, tlp] of SAMPLE) {
    const sample = here(`../../fixtures/demo/${file}`);
    execFileSync(binary, ['--data', data, 'import', sample, '--source', source, '--tlp', tlp], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  // What another told under TLP:AMBER is passed on only when that one consents.
  run(binary, data)('source', 'other', 'CSIRT Northmark', '--consent', 'letter of 3 November');
  const node = await start(binary, serving(data), DEMO);
  return { ...node, entente: run(binary, data), partner: () => partner(binary), stop: () => node.stop().then(() => forget(data)) };
}

const serving = (data) => ['--data', data, '--json', 'serve', '--listen', '127.0.0.1:0', '--partners', '127.0.0.1:0'];
const forget = (folder) => rmSync(folder, { recursive: true, force: true });
const run = (binary, data) => (...args) => execFileSync(binary, ['--data', data, ...args], { stdio: ['ignore', 'pipe', 'inherit'] }).toString();

/** Another organisation's node, with nothing in it. */
async function partner(binary) {
  const data = mkdtempSync(join(tmpdir(), 'entente-e2e-partner-'));
  const node = await start(binary, serving(data), DEMO);
  return { ...node, entente: run(binary, data), stop: () => node.stop().then(() => forget(data)) };
}

/** Starts a server that says on its first line, as JSON, where it is and how to set it up. */
async function start(program, args, world) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done) => child.once('exit', done));
  let text = '';
  for await (const line of createInterface({ input: child.stdout })) {
    text += line;
    try {
      const { address, setup, partners } = JSON.parse(text);
      child.stdout.resume();
      return { address, setup, partners, world, stop: async () => { child.kill('SIGTERM'); await ended; } };
    } catch {
      // The document goes over several lines.
    }
  }
  throw new Error(`${program} ended before it said where it is: ${text}`);
}
