import { api } from '$lib/api/client';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ url, depends }) => {
  depends('app:referrals');
  const ended = url.searchParams.get('show') === 'ended';
  const referrals = api.referrals(ended);
  referrals.catch(() => undefined);
  return { ended, referrals };
};
