import { redirect } from '@sveltejs/kit';
import { api } from '$lib/api/client';
import { ApiProblem, orErrorPage } from '$lib/api/problem';
import type { PageLoad } from './$types';

/** What nobody has signed yet is a draft, and has its own page. */
export const load: PageLoad = async ({ params, url, depends }) => {
  depends('app:agreement');
  const version = Number(url.searchParams.get('version')) || undefined;
  const tab = url.searchParams.get('show') ?? 'clauses';
  try {
    return { agreement: await api.agreement(params.id, version), tab, clause: url.searchParams.get('clause') ?? undefined };
  } catch (cause) {
    if (!(cause instanceof ApiProblem) || cause.status !== 404 || version) return orErrorPage(Promise.reject(cause));
  }
  await orErrorPage(api.draft(params.id));
  redirect(307, `/agreements/${params.id}/draft`);
};
