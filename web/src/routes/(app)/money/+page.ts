import type { PageLoad } from './$types';

export const load: PageLoad = ({ url }) => ({
  pattern: url.searchParams.get('pattern') ?? undefined,
  anyOrder: url.searchParams.get('any_order') === 'true',
});
