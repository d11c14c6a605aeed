import { redirect } from '@sveltejs/kit';
import { api } from '$lib/api/client';
import { ApiProblem, orErrorPage } from '$lib/api/problem';
import { knowPartners } from '$lib/sources';
import type { LayoutLoad } from './$types';

/** Everything in this group needs a session. */
export const load: LayoutLoad = async ({ url, untrack }) => {
  try {
    const session = await api.session();
    // Who may only read is not told with whom there are agreements. Without the names everything is there all the same.
    if (session.role !== 'reader') knowPartners(await api.partners().catch(() => []));
    return { session };
  } catch (cause) {
    if (!(cause instanceof ApiProblem) || cause.status !== 401) return orErrorPage(Promise.reject(cause));
  }
  const { needed } = await orErrorPage(api.setupNeeded());
  if (needed) redirect(307, '/setup');
  const next = untrack(() => url.pathname + url.search);
  redirect(307, next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`);
};
