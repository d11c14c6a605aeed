import { api } from '$lib/api/client';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent }) => {
  const { session } = await parent();
  const users = session.role === 'administrator' ? api.users() : undefined;
  const sources = session.role === 'administrator' ? api.sources() : undefined;
  const tokens = api.tokens();
  users?.catch(() => undefined);
  sources?.catch(() => undefined);
  tokens.catch(() => undefined);
  return { users, sources, tokens };
};
