import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent, url }) => {
  const { session } = await parent();
  return { session, sort: url.searchParams.get('sort') ?? undefined, decided: url.searchParams.get('decided') === 'true' };
};
