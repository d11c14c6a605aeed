import { api } from '$lib/api/client';
import type { PageLoad } from './$types';

/** Each part loads and fails on its own. */
export const load: PageLoad = () => {
  const parts = { stats: api.stats(), imports: api.imports(), charts: api.charts() };
  for (const part of Object.values(parts)) part.catch(() => undefined);
  return parts;
};
