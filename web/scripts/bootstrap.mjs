// Moves Kit's inline start script into a file, so that the page runs under `script-src 'self'` without a hash.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const page = 'dist/index.html';
const html = readFileSync(page, 'utf8');
const inline = /<script>([\s\S]*?)<\/script>/g;
const scripts = [...html.matchAll(inline)];
if (scripts.length !== 1) throw new Error(`expected one inline script in ${page}, found ${scripts.length}`);

const source = scripts[0][1];
const name = `/_app/immutable/boot.${createHash('sha256').update(source).digest('hex').slice(0, 8)}.js`;
writeFileSync(`dist${name}`, source);
writeFileSync(page, html.replace(scripts[0][0], `<script src="${name}"></script>`));
