import { api } from '$lib/api/client';
import { orErrorPage } from '$lib/api/problem';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, url }) => {
  const [draft, vocabulary] = await orErrorPage(Promise.all([api.draft(params.id), api.vocabulary()]));
  return { draft, vocabulary, tab: url.searchParams.get('show') ?? 'clauses' };
};
