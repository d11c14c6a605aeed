// What a proposed pair says, in words.
import type { AliasPair, AliasReason, Named } from '../api/types';

export const SORTS = ['actor', 'malware'] as const;
export type Sort = (typeof SORTS)[number];

const NAMES: Record<Sort, string> = { actor: 'Actors and campaigns', malware: 'Malware and tools' };
const isSort = (name: string): name is Sort => (SORTS as readonly string[]).includes(name);
export const sortName = (name: string): string => (isSort(name) ? NAMES[name] : name);

export const percent = (probability: number): string => (probability >= 0.995 ? '> 99 %' : `${Math.round(probability * 100)} %`);

/** How likely it is, in the words intelligence is written in (ICD 203). */
export function likely(probability: number): string {
  if (probability >= 0.95) return 'almost certainly one';
  if (probability >= 0.8) return 'very likely one';
  if (probability >= 0.55) return 'likely one';
  if (probability >= 0.45) return 'as likely one as two';
  return probability >= 0.2 ? 'unlikely one' : 'very unlikely one';
}

/** A reason as a sentence that says on which side it is. */
export function sentence(reason: AliasReason): string {
  const text = reason.text.charAt(0).toUpperCase() + reason.text.slice(1);
  return `${text}.`;
}

export const side = (reason: AliasReason): 'for' | 'against' => (reason.bits < 0 ? 'against' : 'for');

export function strength(bits: number): string {
  const weight = Math.abs(bits);
  if (weight >= 4) return 'strong';
  return weight >= 1.5 ? 'fair' : 'weak';
}

/** Names beside the one it is called here. */
export const others = ({ thing, names }: Named): string[] => names.filter((name) => name !== thing.label);

/** Both, for whoever hears the page. */
export const both = (pair: AliasPair): string => `${pair.one.thing.label} and ${pair.other.thing.label}`;
