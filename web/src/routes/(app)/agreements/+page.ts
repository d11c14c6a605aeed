import { api } from '$lib/api/client';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ depends }) => {
  depends('app:agreements');
  const parts = { agreements: api.agreements(), drafts: api.drafts(), templates: api.templates(), vocabulary: api.vocabulary() };
  for (const part of Object.values(parts)) (part as Promise<unknown>).catch(() => undefined);
  return parts;
};
