// Writes src/lib/map/places.json: ISO 3166-1 alpha-2 → [numeric code, longitude, latitude] of the largest part of each country.
// Run once by hand after an update of world-atlas: `node scripts/centroids.mjs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { geoArea, geoCentroid } from 'd3-geo';
import { feature } from 'topojson-client';

const read = (name) => JSON.parse(readFileSync(createRequire(import.meta.url).resolve(name)));
const atlas = read('world-atlas/countries-50m.json');
const byNumber = new Map(read('i18n-iso-countries/codes.json').map(([two, , number]) => [number, two]));

const largest = (geometry) => {
  if (geometry.type !== 'MultiPolygon') return geometry;
  const parts = geometry.coordinates.map((coordinates) => ({ type: 'Polygon', coordinates }));
  return parts.reduce((best, part) => (geoArea(part) > geoArea(best) ? part : best));
};
const places = {};
for (const { id, geometry } of feature(atlas, atlas.objects.countries).features) {
  const code = byNumber.get(id);
  if (!code || places[code]) continue;
  places[code] = [id, ...geoCentroid(largest(geometry)).map((degrees) => Math.round(degrees * 10) / 10)];
}
const sorted = Object.fromEntries(Object.entries(places).sort());
writeFileSync('src/lib/map/places.json', JSON.stringify(sorted).replaceAll('],', '],\n') + '\n');
console.log(`${Object.keys(sorted).length} places`);
