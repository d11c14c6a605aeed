import { api } from '$lib/api/client';
import { orErrorPage } from '$lib/api/problem';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url }) => {
  const q = url.searchParams.get('q') ?? '';
  const kind = url.searchParams.get('kind') ?? undefined;
  const found = q ? await orErrorPage(api.search(q, { kind, limit: 50 })) : { objects: [] };
  return { q, kind, found };
};
