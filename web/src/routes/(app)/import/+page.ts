import { api } from '$lib/api/client';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ url, depends }) => {
  depends('app:imports');
  const imports = api.imports();
  imports.catch(() => undefined);
  const limits = api.importLimits();
  limits.catch(() => undefined);
  return { shown: url.searchParams.get('show') ?? undefined, imports, limits };
};
