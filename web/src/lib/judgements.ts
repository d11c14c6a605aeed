// What people decided about two things.
import type { Judgement } from './api/types';

/** The last word that was not taken back. */
export const counting = (judgements: Judgement[]): Judgement | undefined => judgements.findLast((one) => !one.withdrawn_by);
