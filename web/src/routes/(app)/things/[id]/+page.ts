import { api } from '$lib/api/client';
import { orErrorPage } from '$lib/api/problem';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, url }) => {
  const thing = await orErrorPage(api.thing(params.id));
  const focus = Number(url.searchParams.get('claim')) || undefined;
  return { thing, focus };
};
