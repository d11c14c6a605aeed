import { api } from '$lib/api/client';
import { orErrorPage } from '$lib/api/problem';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, depends, parent }) => {
  depends('app:who');
  // The question is a POST, which needs what the session says.
  await parent();
  const list = (name: string) => url.searchParams.getAll(name).flatMap((text) => text.split(',')).filter(Boolean);
  const [ids, without] = [list('ids'), list('without')];
  const to = url.searchParams.get('to') ?? undefined;
  if (!ids.length) return { ids, without, to, answer: undefined };
  const asked = { ids, filter: to ? { to } : {}, without: without.length ? without : undefined, limit: 100 };
  return { ids, without, to, answer: await orErrorPage(api.who(asked)) };
};
