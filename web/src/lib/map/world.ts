// The world in Natural Earth projection, drawn once and shared by every map.
import { geoNaturalEarth1, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import atlas from 'world-atlas/countries-110m.json';
import places from './places.json';

export const WIDTH = 480;
export const HEIGHT = 244;

const projection = geoNaturalEarth1().fitExtent([[2, 2], [WIDTH - 2, HEIGHT - 2]], { type: 'Sphere' });
const path = geoPath(projection).digits(1);
const topology = atlas as unknown as Topology<{ countries: GeometryCollection }>;
const PLACES = places as unknown as Record<string, [string, number, number]>;
const codeOf = new Map(Object.entries(PLACES).map(([code, [number]]) => [number, code]));

export interface Country {
  /** ISO 3166-1 alpha-2; empty where the atlas has no code. */
  code: string;
  outline: string;
}

let drawn: Country[] | undefined;

export function countries(): Country[] {
  drawn ??= feature(topology, topology.objects.countries)
    // Antarctica has no networks and takes a quarter of the height.
    .features.filter((shape) => shape.id !== '010')
    .map((shape) => ({ code: codeOf.get(String(shape.id)) ?? '', outline: path(shape) ?? '' }));
  return drawn;
}

export const sphere = path({ type: 'Sphere' }) ?? '';

export const project = (point: [number, number]): [number, number] => projection(point) ?? [-1, -1];

/** Where a country is drawn, if it is known; countries too small for the atlas too. */
export function centre(code: string): [number, number] | undefined {
  const place = PLACES[code.toUpperCase()];
  return place && project([place[1], place[2]]);
}
