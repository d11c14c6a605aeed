// An agreement as a document, in the shape of docs/schemas/agreement.json, and what a form does to it.
import type { Pap, Tlp } from '../api/types';

export type PartyKey =
  | { use: 'sign'; id: string; ed25519: string }
  | { use: 'tls'; id: string; spki_sha256: string };

export interface Party {
  id: string;
  name: string;
  role: string;
  sector: string;
  data_protection_role: string;
  regime: string;
  jurisdiction: string;
  competent_authority_ref?: string;
  contact_point: { role: string; address: string; always_on: boolean };
  dpo_contact?: string;
  node?: string;
  keys: PartyKey[];
  clients?: string[];
  signatories?: { person: string; capacity: string }[];
}

export interface LegalBasis {
  instrument: string;
  article?: string;
  national_law_ref?: string;
  order_ref?: string;
  expires_at?: string;
  assessed_by: string;
  assessed_at: string;
  dpia_ref?: string;
}

export type Form = string | Record<string, string>;
export type Select = { category: string } | { field: string };
export interface Transform { select: Select; form: Form }
export type ApprovalWhen = 'always' | 'personal_data' | { tlp_at_least: Tlp };

export interface Flow {
  id: string;
  title: string;
  from: string;
  to: string[];
  trigger: string;
  purposes: string[];
  legal_basis: { sender: LegalBasis; recipient: LegalBasis };
  route_via?: string;
  data_categories: string[];
  excluded_categories?: string[];
  data_subjects: string[];
  special_categories: string;
  min_quality?: { scheme: string; source: string; information: number };
  distinguish_facts?: boolean;
  free_text: string;
  transforms?: Transform[];
  max_tlp: Tlp;
  permissible_actions_ceiling: Pap;
  handling: { no_court_use?: boolean; no_onward?: boolean; other?: string };
  provider_attribution: string;
  affected_party_notification: string;
  onward: { allowed: string; listed?: string[]; public_after?: string; third_country: string };
  use_rule: string;
  retention: { max: string; start: string; review_every?: string; on_end: string };
  transfer?: { footing: string; reference?: string };
  limits?: { max_items_per_day?: number; max_queries_per_day?: number; max_set_size?: number; min_group_size_k?: number };
  approvals: { mode: string; when?: ApprovalWhen };
  quality_duty: { correct_within_days: number; notify_recipients_of_error: boolean };
  feedback?: { outcome_report_due_days: number };
  sla?: { latency_p95_ms?: number; response_hours?: number; emergency_hours?: number };
}

export type CaseScope = 'general' | { listed: string[] } | { operation: string };

export interface Agreement {
  id: string;
  version: number;
  supersedes?: string;
  title: string;
  instrument_type: string;
  legal_effect: string;
  language_of_authority: string;
  translations?: string[];
  parties: Party[];
  purposes: { code: string; offence_codes?: string[]; text?: string }[];
  territorial_scope?: string[];
  case_scope: CaseScope;
  valid_from: string;
  valid_until: string;
  renewal: string;
  review_due?: string;
  termination: { notice_days: number; survival_clauses?: string[] };
  flows: Flow[];
  evidence?: { admissibility: string; disclosure_to_defence?: string; chain_of_custody_standard?: string; originals_held_by?: string };
  media_policy?: { publicity: string; embargo_until?: string; spokespersons?: string[] };
  costs: string;
  liability?: string;
  dispute?: string;
  confidentiality_of_agreement: string;
  audit?: { log_ids?: string[]; inspection_by?: string[]; frequency?: string; metrics_published?: string[] };
  breach: { notify_within_hours: number; contacts?: string[] };
}

/** Members that a form leaves empty when nothing is said; the document leaves them out. */
const OPTIONAL = new Set([
  'supersedes', 'competent_authority_ref', 'dpo_contact', 'node', 'article', 'national_law_ref', 'order_ref', 'expires_at',
  'dpia_ref', 'text', 'review_due', 'route_via', 'min_quality', 'other', 'public_after', 'review_every', 'transfer', 'reference',
  'max_items_per_day', 'max_queries_per_day', 'max_set_size', 'min_group_size_k', 'feedback', 'sla', 'latency_p95_ms',
  'response_hours', 'emergency_hours', 'evidence', 'disclosure_to_defence', 'chain_of_custody_standard', 'originals_held_by',
  'media_policy', 'embargo_until', 'liability', 'dispute', 'audit', 'frequency',
]);
/** Lists that the document leaves out when they are empty. */
const LISTS = new Set([
  'translations', 'territorial_scope', 'survival_clauses', 'clients', 'signatories', 'offence_codes', 'excluded_categories',
  'transforms', 'listed', 'spokespersons', 'log_ids', 'inspection_by', 'metrics_published', 'contacts',
]);

const isEmpty = (name: string, value: unknown): boolean =>
  value === undefined
  || (OPTIONAL.has(name) && (value === null || value === ''))
  || (LISTS.has(name) && Array.isArray(value) && value.length === 0);

/** The document without what nobody filled in. */
export function tidy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(tidy) as T;
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name, member]) => !isEmpty(name, member));
  return Object.fromEntries(kept.map(([name, member]) => [name, tidy(member)])) as T;
}

/** Gives a party another id, everywhere it is named. */
export function renameParty(document: Agreement, from: string, to: string): void {
  const renamed = (id: string) => (id === from ? to : id);
  for (const party of document.parties) {
    party.id = renamed(party.id);
    party.clients = party.clients?.map(renamed);
  }
  for (const flow of document.flows) {
    flow.from = renamed(flow.from);
    flow.to = flow.to.map(renamed);
    if (flow.route_via) flow.route_via = renamed(flow.route_via);
    flow.onward.listed = flow.onward.listed?.map(renamed);
  }
  if (document.evidence?.originals_held_by) document.evidence.originals_held_by = renamed(document.evidence.originals_held_by);
}

/** `taken` with a number behind it that nobody has. */
export function freeId(wanted: string, taken: string[]): string {
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}

const basis = (now: string): LegalBasis => ({ instrument: 'none_non_personal', assessed_by: '', assessed_at: now });

/** A flow that tells nothing yet, on the strictest terms. */
export function blankFlow(document: Agreement, now: string): Flow {
  const [from, to] = document.parties;
  return {
    id: freeId('flow', document.flows.map((flow) => flow.id)), title: '', from: from?.id ?? '', to: to ? [to.id] : [],
    trigger: 'real_time_push', purposes: document.purposes.slice(0, 1).map((purpose) => purpose.code),
    legal_basis: { sender: basis(now), recipient: basis(now) }, data_categories: [], data_subjects: [],
    special_categories: 'forbidden', free_text: 'withheld', max_tlp: 'clear', permissible_actions_ceiling: 'clear', handling: {},
    provider_attribution: 'must_not', affected_party_notification: 'must_not', onward: { allowed: 'none', third_country: 'forbidden' },
    use_rule: 'purpose_only', retention: { max: 'P6M', start: 'receipt', on_end: 'delete' }, limits: {}, approvals: { mode: 'one_person' },
    quality_duty: { correct_within_days: 5, notify_recipients_of_error: true },
  };
}

export function blankParty(document: Agreement): Party {
  return {
    id: freeId('party', document.parties.map((party) => party.id)), name: '', role: 'both', sector: 'csirt',
    data_protection_role: 'controller', regime: 'gdpr', jurisdiction: 'NL', contact_point: { role: '', address: '', always_on: false },
    keys: [],
  };
}

/** A length of time as a number and a unit: `P6M` is 6 months. Undefined for what has several units. */
export function period(text: string): { count: number; unit: string } | undefined {
  const match = /^P(?:(\d+)([YMWD])|T(\d+)(H))$/.exec(text);
  if (!match) return undefined;
  return { count: Number(match[1] ?? match[3]), unit: match[2] ?? match[4] ?? 'D' };
}

export const UNITS: [string, string][] = [['H', 'hours'], ['D', 'days'], ['W', 'weeks'], ['M', 'months'], ['Y', 'years']];

export const periodText = (count: number, unit: string): string => (unit === 'H' ? `PT${count}H` : `P${count}${unit}`);

/** `a, b and c`. */
export function listed(items: string[]): string {
  if (items.length < 2) return items[0] ?? 'nothing';
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** The chapter a clause stands in: `4` of `4.2`. */
export const chapter = (number: string): string => number.split('.')[0] ?? number;

/** 4.4 goes before 4.11; what has no number goes last. */
export function byNumber(one: string | null | undefined, other: string | null | undefined): number {
  if (!one || !other) return one ? -1 : other ? 1 : 0;
  return one.localeCompare(other, 'en', { numeric: true });
}

/** Keys as another node shows them, read from what was pasted. */
export function readKeys(text: string): PartyKey[] | undefined {
  try {
    const keys: unknown = JSON.parse(text);
    const isKey = (key: unknown): key is PartyKey =>
      typeof key === 'object' && key !== null && 'use' in key && 'id' in key && ('ed25519' in key || 'spki_sha256' in key);
    return Array.isArray(keys) && keys.length > 0 && keys.every(isKey) ? keys : undefined;
  } catch {
    return undefined;
  }
}

const keyText = (key: PartyKey): string => (key.use === 'sign' ? key.ed25519 : key.spki_sha256);

/** True when both are the same keys, whatever they are called. */
export function sameKeys(one: PartyKey[], other: PartyKey[]): boolean {
  const [these, those] = [one, other].map((keys) => keys.map(keyText).sort().join(' '));
  return one.length > 0 && these === those;
}
