import { api } from '$lib/api/client';
import { orErrorPage } from '$lib/api/problem';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params }) => ({ saved: await orErrorPage(api.chart(params.id)) });
