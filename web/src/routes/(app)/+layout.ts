import { redirect } from '@sveltejs/kit';
import { api } from '$lib/api/client';
import { ApiProblem, orErrorPage } from '$lib/api/problem';
import type { LayoutLoad } from './$types';

/** Everything in this group needs a session. */
export const load: LayoutLoad = async ({ url, untrack }) => {
  try {
    return { session: await api.session() };
  } catch (cause) {
    if (!(cause instanceof ApiProblem) || cause.status !== 401) return orErrorPage(Promise.reject(cause));
  }
  const { needed } = await orErrorPage(api.setupNeeded());
  if (needed) redirect(307, '/setup');
  const next = untrack(() => url.pathname + url.search);
  redirect(307, next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`);
};
