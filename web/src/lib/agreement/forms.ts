// The forms in which a value leaves, as a form offers them: each with the sentence it makes and the steps it may have.
import type { Form, Select } from './document';

export interface FormChoice {
  word: string;
  /** What stands after “leave”. */
  phrase: string;
  /** The vocabulary of its steps, and the one to begin with. */
  steps?: { vocabulary: string; first: string };
}

export const FORMS: readonly FormChoice[] = [
  { word: 'drop', phrase: 'not at all' },
  { word: 'mask', phrase: 'masked' },
  { word: 'truncate_ip', phrase: 'as addresses cut to', steps: { vocabulary: 'address_step', first: 'network' } },
  { word: 'generalise_time', phrase: 'with times cut to', steps: { vocabulary: 'time_step', first: 'day' } },
  { word: 'generalise_place', phrase: 'as', steps: { vocabulary: 'place_step', first: 'country' } },
  { word: 'band_amount', phrase: 'with amounts in bands (1, 2, 5, 10, …)' },
  { word: 'pseudonymise', phrase: 'as keyed pseudonyms that stay the same', steps: { vocabulary: 'epoch', first: 'agreement' } },
  { word: 'truncate_pan', phrase: 'as the first six and last four digits' },
  { word: 'iban_to_bank', phrase: 'as country and bank' },
  { word: 'email_to_domain', phrase: 'as the domain of the address' },
  { word: 'count', phrase: 'as a number of values' },
];

export const formWord = (form: Form): string => (typeof form === 'string' ? form : (Object.keys(form)[0] ?? 'drop'));

export const formStep = (form: Form): string | undefined => (typeof form === 'string' ? undefined : Object.values(form)[0]);

export const formChoice = (word: string): FormChoice => FORMS.find((form) => form.word === word) ?? FORMS[0]!;

/** A form with its first step, where it has steps. */
export function makeForm(word: string, step?: string): Form {
  const { steps } = formChoice(word);
  return steps ? { [word]: step ?? steps.first } : word;
}

/** What a rule is about, as one text: a category, or a field with a dot in it. */
export const selectText = (select: Select): string => ('category' in select ? select.category : select.field);
