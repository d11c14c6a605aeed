// A made-up world with the shape of real intelligence: a few families, much shared infrastructure, many leaves.
// Every name is reserved for documentation (RFC 2606, 5737, 3849), every number comes from one seed.
import { createHash } from 'node:crypto';

export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const uuid = (text) => {
  const h = createHash('sha1').update(text).digest('hex');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-5${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
};
export const idOf = (type, name) => `${type}--${uuid(`${type}:${name}`)}`;

const FAMILIES = [
  'zeroaccess', 'gamerue', 'sality', 'quietloader', 'brasskit', 'paperwasp', 'longtail', 'coldsnap', 'halfmoon',
  'ashfall', 'tinderbox', 'mudlark',
];
const SOURCES = ['CSIRT Example', 'Bank of Example', 'Example Police', 'Abuse Feed Test', 'University Lab'];
const TLPS = ['clear', 'clear', 'green', 'green', 'green', 'amber', 'amber', 'amber+strict', 'red'];
const COUNTRIES = [
  ['US', 6], ['NL', 5], ['DE', 4], ['RU', 4], ['FR', 3], ['BR', 3], ['GB', 2], ['CN', 2], ['UA', 2], ['SG', 1], ['PL', 1],
  ['RO', 1], ['IN', 1], ['CA', 1], ['ES', 1], ['MX', 1], ['AR', 1], ['ZA', 1], ['JP', 1], ['AU', 1], ['NG', 1], ['TR', 1],
];
const WORDS = ['update', 'login', 'secure', 'cdn', 'mail', 'pay', 'track', 'img', 'static', 'news', 'cloud', 'shop', 'bank', 'verify'];
const START = Date.UTC(2025, 8, 1) / 1000;
const END = Date.UTC(2026, 10, 20) / 1000;

export function makeWorld(size, seed = 7) {
  const rnd = random(seed);
  const pick = (list) => list[Math.floor(rnd() * list.length)];
  const int = (n) => Math.floor(rnd() * n);
  const countries = COUNTRIES.flatMap(([code, weight]) => Array(weight).fill(code));
  const things = new Map();
  const edges = [];
  let claim = 0;
  const when = (from = START) => Math.floor(from + (END - from) * rnd() ** 0.7);
  const iso = (s) => new Date(s * 1000).toISOString().replace('.000', '');

  function thing(type, name, extra = {}) {
    const id = idOf(type, name);
    if (things.has(id)) return things.get(id);
    const first = when();
    const made = {
      id, type, label: name, mentioned_only: false, revoked: rnd() < 0.01, first_seen: iso(first),
      last_seen: iso(first + int(60 * 86400)), sources: [...new Set([pick(SOURCES), ...(rnd() < 0.3 ? [pick(SOURCES)] : [])])],
      tlp: pick(TLPS), claims: 1 + int(3), degree: 0, ...extra, first_claim: claim + 1,
    };
    if (['ipv4-addr', 'ipv6-addr'].includes(type)) made.country = pick(countries);
    claim += made.claims;
    things.set(id, made);
    return made;
  }
  function link(a, b, kind) {
    const times = rnd() < 0.08 ? 2 : 1;
    for (let i = 0; i < times; i++) {
      edges.push({
        source: a.id, target: b.id, kind, at: rnd() < 0.1 ? null : iso(when()), source_name: pick(a.sources),
        tlp: pick(TLPS), claim: a.first_claim,
      });
    }
    a.degree++;
    b.degree++;
  }

  const families = FAMILIES.map((name) => thing('malware', name));
  const actors = ['Gilded Heron', 'Slate Marten', 'Copper Finch', 'Violet Stoat'].map((name) => thing('intrusion-set', name));
  families.forEach((family, i) => link(actors[i % actors.length], family, 'uses'));
  ['T1566 Phishing', 'T1071 Application Layer Protocol', 'T1486 Data Encrypted for Impact'].forEach((name) => {
    const technique = thing('attack-pattern', name);
    families.forEach((family) => rnd() < 0.5 && link(family, technique, 'uses'));
  });
  const sinkhole = thing('ipv4-addr', '192.0.2.53', { hub: 'known sinkhole (warninglist)' });
  const registrar = thing('domain-name', 'parking.example', { hub: 'linked to more than 1 in 50 things' });
  const networks = Array.from({ length: 12 }, (_, i) => thing('autonomous-system', `AS${64496 + i} Example Hosting ${i + 1}`, { asn: 64496 + i }));
  const places = new Map();
  const addresses = [];
  const address = () => {
    if (addresses.length && rnd() < 0.55) return addresses[Math.floor(addresses.length * rnd() ** 2.2)];
    const block = pick(['198.51.100', '203.0.113', '192.0.2']);
    const name = addresses.length < 700 ? `${block}.${int(256)}` : `2001:db8:${int(65535).toString(16)}::${int(65535).toString(16)}`;
    const made = thing(name.includes(':') ? 'ipv6-addr' : 'ipv4-addr', name);
    if (!addresses.includes(made)) {
      addresses.push(made);
      link(made, pick(networks), 'belongs-to');
      if (!places.has(made.country)) places.set(made.country, thing('location', made.country, { country: made.country }));
      link(made, places.get(made.country), 'located-at');
    }
    return made;
  };

  let n = 0;
  while (things.size < size) {
    const family = families[Math.floor(families.length * rnd() ** 1.6)];
    const roll = rnd();
    n++;
    if (roll < 0.42) {
      const domain = thing('domain-name', `${pick(WORDS)}-${n.toString(36)}.${family.label}.example`);
      link(domain, family, 'indicates');
      link(domain, address(), 'resolves-to');
      if (rnd() < 0.3) link(domain, address(), 'resolves-to');
      if (rnd() < 0.12) link(domain, sinkhole, 'resolves-to');
      if (rnd() < 0.08) link(domain, registrar, 'registered-domain');
      if (rnd() < 0.4) link(thing('url', `http://${domain.label}/${pick(WORDS)}/${n}.php`), domain, 'host');
      if (rnd() < 0.12) link(domain, thing('email-addr', `${pick(WORDS)}${int(60)}@registrant.example`), 'registered-by');
    } else if (roll < 0.8) {
      const hash = createHash('sha256').update(`${seed}:${n}`).digest('hex');
      const file = thing('file', hash);
      link(file, family, 'variant-of');
      if (rnd() < 0.5) link(file, address(), 'communicates-with');
      if (rnd() < 0.15) link(file, thing('x509-certificate', `CN=${pick(WORDS)}.test`), 'signed-by');
    } else if (roll < 0.92) {
      const indicator = thing('indicator', `${family.label} indicator ${n}`);
      link(indicator, family, 'indicates');
      link(indicator, address(), 'based-on');
    } else if (roll < 0.97) {
      const wallet = thing('cryptocurrency-wallet', `bc1q${createHash('sha1').update(String(n)).digest('hex').slice(0, 34)}`);
      link(wallet, family, 'payment-to');
    } else {
      const report = thing('report', `Weekly brief ${n} on ${family.label}`);
      link(report, family, 'object');
      for (let i = 0; i < 4; i++) link(report, address(), 'object');
    }
  }
  const adjacent = new Map([...things.keys()].map((id) => [id, []]));
  edges.forEach((edge, i) => {
    adjacent.get(edge.source).push(i);
    adjacent.get(edge.target).push(i);
  });
  return { things, edges, adjacent, claims: claim, sources: SOURCES };
}
