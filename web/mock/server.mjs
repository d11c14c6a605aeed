// A stand-in for the node's HTTP API, for developing and testing the page without it. `npm run mock -- --things 10000`.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { parseArgs } from 'node:util';
import { randomUUID } from 'node:crypto';
import { makeWorld } from './world.mjs';
import * as graph from './graph.mjs';
import * as objects from './objects.mjs';
import { begin, imports, parseMultipart, show, stop } from './imports.mjs';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '7879' }, things: { type: 'string', default: '2000' },
    web: { type: 'string', default: new URL('../dist', import.meta.url).pathname }, 'signed-in': { type: 'boolean', default: false },
  },
});
const world = makeWorld(Number(options.things));
const facets = graph.facets(world);
const now = () => new Date().toISOString();
const users = new Map();
const sessions = new Map();
const sources = new Map([['Harbour University', { source: 'Harbour University' }], ['Bank circle', { source: 'Bank circle' }]]);
const tokens = new Map();
const charts = new Map();
if (options['signed-in']) users.set('ada', { name: 'ada', role: 'administrator', tlp_max: 'red', offices: [], created_at: now(), password: 'correct horse battery' });

class Refused extends Error {
  constructor(status, title, detail) { super(detail); this.problem = { type: 'about:blank', title, status, detail }; }
}
const missing = (what) => { throw new Refused(404, 'Not found', `There is no ${what} here that you may see.`); };
const publicUser = ({ password, ...user }) => user;
const chartSummary = ({ document, notes, ...chart }) => chart;
const signIn = (user, c) => {
  const key = randomUUID();
  sessions.set(key, { user: user.name, csrf: randomUUID() });
  c.response.setHeader('Set-Cookie', `entente_session=${key}; HttpOnly; SameSite=Strict; Path=/`);
  return { name: user.name, role: user.role, tlp_max: user.tlp_max, csrf: sessions.get(key).csrf };
};
const checkPassword = (password) => {
  if ((password ?? '').length < 12) throw new Refused(422, 'Password too short', 'Use at least 12 characters.');
};
const body = (f) => async (c) => f(JSON.parse((await c.body()).toString() || '{}'), c);

const open = {
  'GET /setup': () => ({ needed: users.size === 0 }),
  'POST /setup': body(({ token, name, password }, c) => {
    if (users.size) throw new Refused(409, 'Already set up', 'This node has an administrator. Sign in instead.');
    if (token !== 'demo-setup') throw new Refused(403, 'Link not valid', 'This set-up link was used or is not the newest. Start the node again for a new one.');
    checkPassword(password);
    users.set(name, { name, role: 'administrator', tlp_max: 'red', offices: [], created_at: now(), password });
    return signIn(users.get(name), c);
  }),
  'POST /session': body(({ name, password }, c) => {
    const user = users.get(name);
    if (user?.password !== password) throw new Refused(401, 'Not signed in', 'Name and password do not match.');
    return signIn(user, c);
  }),
};
const closed = {
  'GET /session': (c) => ({ ...publicUser(c.user), csrf: c.session?.csrf ?? '' }),
  'DELETE /session': (c) => { sessions.delete(c.key); c.response.setHeader('Set-Cookie', 'entente_session=; Max-Age=0; Path=/'); },
  'GET /users': () => [...users.values()].map(publicUser),
  'POST /users': body((user) => {
    checkPassword(user.password);
    if (users.has(user.name)) throw new Refused(409, 'Name taken', `There is already a user called ${user.name}.`);
    users.set(user.name, { ...user, created_at: now() });
    return publicUser(users.get(user.name));
  }),
  'PATCH /users/:id': body((change, c) => publicUser(Object.assign(users.get(c.id) ?? missing('user'), change))),
  'DELETE /users/:id': (c) => void users.delete(c.id),
  'GET /sources': () => [...sources.values()],
  'PUT /sources': body((said) => {
    sources.set(said.source, { ...said, said_by: 'ada', said_at: now() });
    return sources.get(said.source);
  }),
  'GET /tokens': () => [...tokens.values()],
  'POST /tokens': body(({ name }) => {
    const id = randomUUID();
    tokens.set(id, { id, name, created_at: now() });
    return { ...tokens.get(id), token: `ent_${randomUUID().replaceAll('-', '')}` };
  }),
  'DELETE /tokens/:id': (c) => void tokens.delete(c.id),
  'GET /stats': () => objects.stats(world, facets),
  'GET /emerging': () => ({ answer: { made_at: now(), since: 'in the last 7 days', groups: [], more: 0, signs_then: 1, signs_now: 1 }, claims_since: 0, making: false }),
  'GET /aliases': () => ({ answer: { made_at: now(), pairs: [], more: 0, decided: 0, compared: [], not_read: 0 }, claims_since: 0, making: false }),
  'GET /money': () => ({ answer: { made_at: now(), findings: [], more: 0, patterns: [], currencies: [], payments: 0, told_again: 0, left_out: [], not_read: 0, cut_short: 0 }, claims_since: 0, making: false }),
  'GET /search': (c) => objects.search(world, c.query),
  'GET /objects/:id': (c) => objects.page(world, c.id) ?? missing('thing'),
  'GET /objects/:id/links': (c) => objects.links(world, c.id, c.query),
  'GET /claims/:id': (c) => objects.claim(world, Number(c.id)) ?? missing('claim'),
  'POST /graph/neighbourhood': body((ask) => graph.neighbourhood(world, ask)),
  'POST /graph/paths': body((ask) => graph.paths(world, ask)),
  'POST /graph/common': body((ask) => graph.common(world, ask)),
  'POST /graph/component': body((ask) => graph.neighbourhood(world, { ids: [ask.id], hops: 50, filter: ask.filter, limit: ask.limit })),
  'GET /graph/facets': () => facets,
  'GET /charts': () => [...charts.values()].map(chartSummary).sort((a, b) => b.updated_at.localeCompare(a.updated_at)),
  'POST /charts': body((chart, c) => {
    const id = randomUUID();
    charts.set(id, { id, ...chart, owner: c.user.name, updated_at: now(), version: 1 });
    return charts.get(id);
  }),
  'GET /charts/:id': (c) => charts.get(c.id) ?? missing('chart'),
  'PUT /charts/:id': body((chart, c) => {
    const old = charts.get(c.id) ?? missing('chart');
    if (c.request.headers['if-match']?.replaceAll('"', '') !== String(old.version)) {
      throw new Refused(409, 'Saved by somebody else meanwhile', `This chart is at version ${old.version} now.`);
    }
    charts.set(c.id, { ...old, ...chart, updated_at: now(), version: old.version + 1 });
    return charts.get(c.id);
  }),
  'DELETE /charts/:id': (c) => void charts.delete(c.id),
  'POST /imports': async (c) => {
    c.response.statusCode = 202;
    return begin(parseMultipart(await c.body(), c.request.headers['content-type'] ?? ''), c.query, c.user.name);
  },
  'GET /imports': () => [...imports.values()].map(show).reverse(),
  'GET /imports/limits': () => ({ upload_bytes: 2 ** 31 }),
  'GET /imports/:id': (c) => show(imports.get(c.id) ?? missing('import')),
  'DELETE /imports/:id': (c) => stop(imports.get(c.id) ?? missing('import')),
  'GET /imports/:id/rejects': (c) => ({ rejects: (imports.get(c.id) ?? missing('import')).rejects.map(({ raw, ...reject }) => reject) }),
};

function events(c) {
  const found = imports.get(c.id) ?? missing('import');
  c.response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const sendOne = (state) => {
    c.response.write(`event: progress\ndata: ${JSON.stringify(state)}\n\n`);
    if (state.state !== 'running') c.response.end();
  };
  found.listeners.add(sendOne);
  c.request.on('close', () => found.listeners.delete(sendOne));
  sendOne(show(found));
}
const files = {
  'GET /imports/:id/events': events,
  'GET /imports/:id/rejects.jsonl': (c) => {
    c.response.setHeader('Content-Disposition', 'attachment; filename="rejects.jsonl"');
    c.response.end((imports.get(c.id) ?? missing('import')).rejects.map(({ raw }) => raw).join('\n'));
  },
  'POST /exports': body(({ ids, format }, c) => {
    const rows = ids.map((id) => `${id},,\n`).join('');
    const nodes = ids.map((id) => `<node id="${id}"/>`).join('');
    c.response.end({
      stix: JSON.stringify({ type: 'bundle', id: `bundle--${randomUUID()}`, objects: ids.map((id) => ({ id })) }),
      csv: `id,type,label\n${rows}`,
      graphml: `<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed">${nodes}</graph></graphml>`,
    }[format]);
  }),
};

function match(table, method, path) {
  const [, noun, id, ...rest] = path.split('/').map(decodeURIComponent);
  const tail = rest.length ? `/${rest.join('/')}` : '';
  if (table[`${method} ${path}`]) return { run: table[`${method} ${path}`] };
  const key = `${method} /${noun}/:id${tail}`;
  return id && table[key] ? { run: table[key], id } : undefined;
}

async function answer(request, response, url) {
  const path = url.pathname.slice('/api/v1'.length);
  const key = /entente_session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  const session = sessions.get(key);
  const c = {
    request, response, key, session, query: Object.fromEntries(url.searchParams),
    user: users.get(session?.user) ?? (options['signed-in'] ? users.get('ada') : undefined),
    body: async () => { const parts = []; for await (const part of request) parts.push(part); return Buffer.concat(parts); },
  };
  const found = match(open, request.method, path) ?? match(closed, request.method, path) ?? match(files, request.method, path);
  if (!found) missing('such address');
  if (!Object.values(open).includes(found.run)) {
    if (!c.user) throw new Refused(401, 'Not signed in', 'Sign in to go on.');
    if (request.method !== 'GET' && session && request.headers['x-entente-csrf'] !== session.csrf) throw new Refused(403, 'Refused', 'The request carries no valid CSRF token.');
  }
  const result = await found.run(Object.assign(c, { id: found.id }));
  if (Object.values(files).includes(found.run)) return;
  if (result === undefined) response.writeHead(204).end();
  else response.setHeader('Content-Type', 'application/json').end(JSON.stringify(result));
}

const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.html': 'text/html', '.json': 'application/json' };
// As strict as the page can bear: Kit's announcer for screen readers carries a style attribute.
const POLICY = "default-src 'self'; style-src-attr 'unsafe-inline'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

function page(response, pathname) {
  const file = normalize(join(options.web, pathname));
  const found = file.startsWith(options.web) && existsSync(file) && statSync(file).isFile() ? file : join(options.web, 'index.html');
  response.setHeader('Content-Type', TYPES[extname(found)] ?? 'application/octet-stream').setHeader('Content-Security-Policy', POLICY);
  createReadStream(found).pipe(response);
}

createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (!url.pathname.startsWith('/api/')) return page(response, url.pathname);
  return answer(request, response, url).catch((cause) => {
    const problem = cause.problem ?? { title: 'Fault in the mock', status: 500, detail: String(cause.stack) };
    response.writeHead(problem.status, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify(problem));
  });
})
  .listen(Number(options.port), '127.0.0.1', function () {
    const address = `http://127.0.0.1:${this.address().port}`;
    console.log(JSON.stringify({ address, setup: `${address}/setup?token=demo-setup`, things: world.things.size, links: world.edges.length }));
  });
