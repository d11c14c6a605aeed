import { describe, expect, it } from 'vitest';
import { applyFilter, EVERYTHING, histogram, placeCounts, tallies, toServer } from './filter';
import { graphOf, link, thing } from './world.fixture';

const DAY = 86_400_000;
const at = (day: number) => new Date(Date.UTC(2026, 0, day)).toISOString();
const ms = (day: number) => Date.UTC(2026, 0, day);

const world = () =>
  graphOf(
    [
      thing('family', { type: 'malware' }),
      thing('early', { first_seen: at(1), last_seen: at(2), country: 'NL' }),
      thing('late', { first_seen: at(20), last_seen: at(21), country: 'DE', sources: ['B'], tlp: 'red' }),
      thing('alone', {}),
    ],
    [link('early', 'family', { at: at(1), kind: 'indicates' }), link('late', 'family', { at: at(20), source_name: 'B', tlp: 'red' })],
  );
const shown = (graph: ReturnType<typeof world>) => graph.filterNodes((_, vertex) => vertex.mask === 0).map((key) => key.replace('domain-name--', ''));

describe('filters', () => {
  it('shows everything at first', () => {
    const graph = world();
    applyFilter(graph, EVERYTHING);
    expect(shown(graph)).toHaveLength(4);
  });

  it('keeps what was seen in the window, what a dated link puts there, and what carries no time', () => {
    const graph = world();
    applyFilter(graph, { ...EVERYTHING, time: [ms(1), ms(3)] });
    expect(shown(graph)).toEqual(['family', 'early', 'alone']);
    applyFilter(graph, { ...EVERYTHING, time: [ms(1), ms(3)], undated: false });
    expect(shown(graph)).toEqual(['family', 'early']);
  });

  it('keeps what is in a place and what is directly linked to it', () => {
    const graph = world();
    applyFilter(graph, { ...EVERYTHING, places: ['DE'] });
    expect(shown(graph)).toEqual(['family', 'late']);
  });

  it('hides what only a switched-off source says, and what is marked too strictly', () => {
    const graph = world();
    applyFilter(graph, { ...EVERYTHING, sourcesOff: ['B'] });
    expect(shown(graph)).not.toContain('late');
    applyFilter(graph, { ...EVERYTHING, tlpMax: 'amber' });
    expect(shown(graph)).not.toContain('late');
    expect(graph.filterEdges((_, edge) => edge.mask === 0)).toHaveLength(1);
  });

  it('counts each list without its own switch, so that a switch can be found again', () => {
    const graph = world();
    applyFilter(graph, { ...EVERYTHING, kindsOff: ['malware'], places: ['NL'] });
    expect(tallies(graph).kinds).toContainEqual({ name: 'malware', count: 1 });
    expect(placeCounts(graph)).toEqual(new Map([['NL', 1], ['DE', 1]]));
  });

  it('cross-filters: the map narrows the time bars, the bars keep their axis', () => {
    const graph = world();
    applyFilter(graph, { ...EVERYTHING, places: ['NL'], time: [ms(1), ms(1) + DAY] });
    const bars = histogram(graph, 10);
    expect([bars?.from, bars?.to]).toEqual([ms(1), ms(20)]);
    expect(bars?.bins).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('asks the node for what is on, of all it knows', () => {
    const known = { kinds: ['url', 'file'], links: ['a'], sources: [] };
    expect(toServer({ ...EVERYTHING, kindsOff: ['url'] }, known)).toMatchObject({ vertex_kinds: ['file'], link_kinds: undefined });
  });

});
