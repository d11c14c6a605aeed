import { api } from '$lib/api/client';
import { orErrorPage } from '$lib/api/problem';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  depends('app:wire');
  const { session } = await parent();
  const partners = await orErrorPage(api.partners());
  const chosen = partners.find(({ party }) => party === url.searchParams.get('partner')) ?? partners[0];
  if (!chosen) return { partners, chosen };
  const parts = {
    out: api.wire(chosen.party, 'out'),
    in: api.wire(chosen.party, 'in'),
    notices: api.notices(chosen.party),
    tokens: session.role === 'administrator' ? api.partnerTokens(chosen.party) : undefined,
    waiting: api.referrals(false),
  };
  for (const part of Object.values(parts)) (part as Promise<unknown> | undefined)?.catch(() => undefined);
  return { partners, chosen, ...parts };
};
