// One draft on somebody's desk: the document as it is edited, how it reads and what is wrong with it, and saving it without
// writing over what others saved.
import { getContext, setContext } from 'svelte';
import { api } from '../api/client';
import { ApiProblem } from '../api/problem';
import type { Draft, Finding, Review, Vocabulary, Word } from '../api/types';
import { type Agreement, type PartyKey, sameKeys, tidy } from './document';

/** How long nobody may type before the node is asked how it reads. */
const PAUSE = 400;

export class DraftDesk {
  document = $state() as Agreement;
  review = $state.raw() as Review;
  problem = $state<unknown>();
  conflict = $state(false);
  saving = $state(false);
  version = $state(0);
  readonly words: Vocabulary['words'];
  readonly ourKeys: PartyKey[];
  #saved = $state('');
  #reviewed = '';
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(draft: Draft, vocabulary: Vocabulary) {
    this.words = vocabulary.words;
    this.ourKeys = vocabulary.keys;
    this.take(draft);
  }

  /** Begins anew from what is kept. */
  take(draft: Draft): void {
    // A form needs a place for what may be limited.
    const flows = draft.document.flows.map((flow) => ({ ...flow, limits: flow.limits ?? {} }));
    this.document = structuredClone({ ...draft.document, flows });
    this.review = draft.review;
    this.version = draft.version;
    this.#saved = this.#reviewed = this.text;
    this.problem = undefined;
    this.conflict = false;
  }

  /** The document as it would be sent. */
  get tidied(): Agreement {
    return tidy($state.snapshot(this.document) as Agreement);
  }

  get text(): string {
    return JSON.stringify(this.tidied);
  }

  get dirty(): boolean {
    return this.text !== this.#saved;
  }

  /** The party that has this node's keys. */
  get us(): string | undefined {
    return this.document.parties.find((party) => sameKeys(party.keys, this.ourKeys))?.id;
  }

  get sound(): boolean {
    return !this.review.findings.some((finding) => finding.severity === 'error');
  }

  /** Asks how the document reads, once nobody types. Call it when the document changes. */
  reads(): void {
    const { text } = this;
    if (text === this.#reviewed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(text), PAUSE);
  }

  async #ask(text: string): Promise<void> {
    const asked = ++this.#asked;
    try {
      const review = await api.reviewDocument(JSON.parse(text) as Agreement);
      if (asked !== this.#asked) return;
      this.review = review;
      this.#reviewed = text;
      if (!this.conflict) this.problem = undefined;
    } catch (cause) {
      if (asked === this.#asked) this.problem = cause;
    }
  }

  async save(): Promise<boolean> {
    this.saving = true;
    const { tidied } = this;
    try {
      const draft = await api.saveDraft(this.document.id, this.version, tidied);
      this.version = draft.version;
      this.review = draft.review;
      this.#saved = this.#reviewed = JSON.stringify(tidied);
      this.problem = undefined;
      this.conflict = false;
      return true;
    } catch (cause) {
      this.problem = cause;
      this.conflict = cause instanceof ApiProblem && cause.status === 409;
      return false;
    } finally {
      this.saving = false;
    }
  }

  /** What is wrong at a place of the document, and below it. */
  findings(at: string): Finding[] {
    const within = (finding: Finding) => finding.at === at || finding.at.startsWith(`${at}.`) || finding.at.startsWith(`${at}[`);
    return this.review.findings.filter(within);
  }

  /** The number that the clause has in print. */
  number(id: string): string {
    return this.review.clauses.find((clause) => clause.id === id)?.number ?? '';
  }

  phrase(vocabulary: string, word: string): string {
    return this.words[vocabulary]?.find((one) => one.word === word)?.phrase ?? word;
  }

  list(vocabulary: string): Word[] {
    return this.words[vocabulary] ?? [];
  }
}

const DESK = Symbol('draft');
export const putDesk = (desk: DraftDesk): DraftDesk => setContext(DESK, desk);
export const desk = (): DraftDesk => getContext<DraftDesk>(DESK);
