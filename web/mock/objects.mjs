// Search and the page per thing.

const PAPS = ['clear', 'green', 'amber', 'red'];
const NAMED = new Set(['malware', 'intrusion-set', 'attack-pattern', 'location', 'indicator', 'report']);
const GRADES = ['A1', 'B2', 'B3', 'X4', 'C3'];

export const refang = (text) =>
  text.trim().replace(/^h(xx|tt)p/i, 'http').replace(/\[\.\]|\(\.\)|\{\.\}|\[dot\]/gi, '.').replace(/\[@\]|\[at\]/gi, '@').replace(/\[:\]/g, ':');

export function search(world, { q = '', kind, cursor, limit = 50 }) {
  const refanged = refang(q);
  const words = refanged.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = [...world.things.values()].filter((thing) => {
    if (kind && thing.type !== kind) return false;
    const text = `${thing.label} ${thing.type}`.toLowerCase();
    return words.length > 0 && words.every((word) => text.includes(word));
  });
  hits.sort((a, b) => (b.label === refanged) - (a.label === refanged) || b.degree - a.degree);
  const from = Number(cursor ?? 0);
  const to = from + Number(limit);
  return {
    objects: hits.slice(from, to),
    ...(to < hits.length ? { next: String(to) } : {}),
    ...(refanged !== q.trim() ? { refanged } : {}),
  };
}

function claimsOf(thing) {
  return Array.from({ length: thing.claims }, (_, i) => {
    const no = thing.first_claim + i;
    const source = thing.sources[i % thing.sources.length];
    const received = new Date(Date.parse(thing.first_seen) + i * 9 * 86400e3).toISOString();
    return {
      no, source, agreement: i % 3 === 2 ? 'Example MoU 2026' : null, tlp: i === 0 ? thing.tlp : 'green', pap: PAPS[no % 4],
      object: thing.id, conditions: no % 5 === 0 ? ['H0', 'H1'] : ['H0'], grade: GRADES[no % 5], category: 'infrastructure', received_at: received,
      created: thing.first_seen, modified: received, revoked: thing.revoked && i === thing.claims - 1,
      current: i >= thing.claims - thing.sources.length,
      stix: {
        type: thing.type, spec_version: '2.1', id: thing.id, ...(NAMED.has(thing.type) ? { name: thing.label } : { value: thing.label }),
        description: `${thing.label} as told by ${source}`, confidence: 40 + ((no * 13) % 60),
        labels: no % 2 ? ['botnet'] : ['botnet', 'c2'], created: thing.first_seen, modified: received,
      },
    };
  });
}

export function page(world, id) {
  const thing = world.things.get(id);
  if (!thing) return undefined;
  const byKind = new Map();
  for (const i of world.adjacent.get(id)) {
    const edge = world.edges[i];
    const key = `${edge.kind}|${edge.source === id ? 'out' : 'in'}`;
    byKind.set(key, (byKind.get(key) ?? 0) + 1);
  }
  const claims = claimsOf(thing);
  return {
    summary: thing,
    selectors: NAMED.has(thing.type) ? [] : [{ name: thing.type === 'file' ? 'SHA-256' : 'value', value: thing.label }],
    claims,
    links: {
      total: world.adjacent.get(id).length,
      by_kind: [...byKind].map(([key, count]) => ({ kind: key.split('|')[0], direction: key.split('|')[1], count })),
    },
    timeline: [
      { at: thing.first_seen, what: 'first seen', claim: claims[0].no },
      ...claims.map((claim) => ({ at: claim.received_at, what: `version from ${claim.source}`, claim: claim.no })),
      ...world.adjacent.get(id).slice(0, 40).map((i) => world.edges[i]).filter((edge) => edge.at)
        .map((edge) => ({ at: edge.at, what: edge.kind, claim: edge.claim })),
      { at: thing.last_seen, what: 'last seen', claim: claims.at(-1).no },
    ].sort((a, b) => a.at.localeCompare(b.at)),
  };
}

export function links(world, id, { kind, cursor, limit = 50 }) {
  const all = (world.adjacent.get(id) ?? []).map((i) => world.edges[i]).filter((edge) => !kind || edge.kind === kind);
  const from = Number(cursor ?? 0);
  const to = from + Number(limit);
  return {
    links: all.slice(from, to).map((edge) => ({ edge, other: world.things.get(edge.source === id ? edge.target : edge.source) })),
    ...(to < all.length ? { next: String(to) } : {}),
  };
}

export function claim(world, no) {
  for (const thing of world.things.values()) {
    if (no >= thing.first_claim && no < thing.first_claim + thing.claims) return claimsOf(thing).find((c) => c.no === no);
  }
  return undefined;
}

export function stats(world, facets) {
  return {
    objects: world.things.size,
    claims: world.claims,
    by_type: Object.fromEntries(facets.vertex_kinds.map(({ name, count }) => [name, count])),
    mentioned: 0,
    sources: facets.sources,
  };
}
