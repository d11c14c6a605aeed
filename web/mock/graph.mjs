// The graph queries of the contract, straightforwardly.

const TLP = ['clear', 'green', 'amber', 'amber+strict', 'red'];

export function passes(world, edge, filter = {}) {
  const { link_kinds, vertex_kinds, sources, tlp_max, from, to } = filter;
  if (link_kinds?.length && !link_kinds.includes(edge.kind)) return false;
  if (sources?.length && !sources.includes(edge.source_name)) return false;
  if (tlp_max && TLP.indexOf(edge.tlp) > TLP.indexOf(tlp_max)) return false;
  if (edge.at && from && edge.at < from) return false;
  if (edge.at && to && edge.at > to) return false;
  if (vertex_kinds?.length) {
    return [edge.source, edge.target].every((id) => vertex_kinds.includes(world.things.get(id).type));
  }
  return true;
}

const other = (edge, id) => (edge.source === id ? edge.target : edge.source);

export function view(world, ids, filter, truncated) {
  const set = new Set(ids);
  const edges = new Set();
  for (const id of set) {
    for (const i of world.adjacent.get(id) ?? []) {
      if (set.has(other(world.edges[i], id)) && passes(world, world.edges[i], filter)) edges.add(i);
    }
  }
  return {
    vertices: [...set].map((id) => world.things.get(id)),
    edges: [...edges].map((i) => world.edges[i]),
    ...(truncated ? { truncated } : {}),
  };
}

export function neighbourhood(world, { ids, hops = 1, filter = {}, limit = 500 }) {
  // With no hop: the things themselves and the links among them, without those that are unknown.
  const seen = new Set(ids.filter((id) => world.things.has(id)));
  let front = [...seen];
  let more = 0;
  for (let hop = 0; hop < hops; hop++) {
    const next = [];
    for (const id of front) {
      const thing = world.things.get(id);
      if (thing.hub && !ids.includes(id) && filter.hubs !== 'expand') continue;
      for (const i of world.adjacent.get(id)) {
        if (!passes(world, world.edges[i], filter)) continue;
        const to = other(world.edges[i], id);
        if (seen.has(to)) continue;
        if (filter.hubs === 'skip' && world.things.get(to).hub) continue;
        if (seen.size >= limit) { more++; continue; }
        seen.add(to);
        next.push(to);
      }
    }
    front = next;
  }
  return view(world, seen, filter, more ? { reason: `stopped at ${limit} things`, more } : undefined);
}

function shortest(world, from, targets, filter, avoidHubs, banned) {
  const before = new Map([[from, undefined]]);
  const queue = [from];
  for (const id of queue) {
    if (targets.has(id) && id !== from) {
      const vertices = [id];
      const edges = [];
      for (let at = id; before.get(at); at = before.get(at)[0]) {
        edges.unshift(before.get(at)[1]);
        vertices.unshift(before.get(at)[0]);
      }
      return { vertices, edges };
    }
    if (avoidHubs && id !== from && world.things.get(id).hub) continue;
    for (const i of world.adjacent.get(id)) {
      const to = other(world.edges[i], id);
      if (banned.has(to) || before.has(to) || !passes(world, world.edges[i], filter)) continue;
      before.set(to, [id, i]);
      queue.push(to);
    }
  }
  return undefined;
}

export function paths(world, { from, to, count = 3, avoid_hubs = true, filter = {} }) {
  const found = [];
  const banned = new Set();
  for (const start of from) {
    for (let k = 0; k < count; k++) {
      const path = shortest(world, start, new Set(to), filter, avoid_hubs, banned);
      if (!path) break;
      found.push(path);
      path.vertices.slice(1, -1).forEach((id) => banned.add(id));
      if (path.vertices.length < 3) break;
    }
  }
  found.splice(count);
  const graph = view(world, found.flatMap((path) => path.vertices), filter);
  const at = new Map(graph.edges.map((edge, i) => [edge, i]));
  return {
    paths: found.map((path) => ({ vertices: path.vertices, edges: path.edges.map((i) => at.get(world.edges[i])) })),
    graph,
  };
}

export function common(world, { ids, filter = {} }) {
  const counts = new Map();
  for (const id of ids) {
    const near = new Set((world.adjacent.get(id) ?? []).filter((i) => passes(world, world.edges[i], filter)).map((i) => other(world.edges[i], id)));
    for (const to of near) counts.set(to, (counts.get(to) ?? 0) + 1);
  }
  const shared = [...counts].filter(([id, n]) => n === ids.length && !ids.includes(id)).map(([id]) => id);
  return view(world, [...ids, ...shared], filter);
}

export function facets(world) {
  const counts = (list) => {
    const map = new Map();
    for (const item of list) map.set(item, (map.get(item) ?? 0) + 1);
    return [...map].map(([kind, count]) => ({ name: kind, count })).sort((a, b) => b.count - a.count);
  };
  const things = [...world.things.values()];
  return {
    link_kinds: counts(world.edges.map((edge) => edge.kind)),
    vertex_kinds: counts(things.map((thing) => thing.type)),
    sources: counts(things.flatMap((thing) => thing.sources)),
    tlp: TLP,
  };
}
