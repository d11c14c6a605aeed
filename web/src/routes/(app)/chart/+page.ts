import type { PageLoad } from './$types';

export const load: PageLoad = ({ url }) => ({ ids: (url.searchParams.get('ids') ?? '').split(',').filter(Boolean) });
