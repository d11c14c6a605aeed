// The one module that talks to the node. Pages call `api.*`; addresses, parameters and answers are checked against the
// types generated from the node's OpenAPI document.
import createClient, { type Middleware } from 'openapi-fetch';
import type { Agreement } from '../agreement/document';
import { ApiProblem } from './problem';
import type { components, paths } from './schema';
import type {
  AgreementLine, AgreementPage, ChartContent, ClaimView, Decision, Difference, Draft, Facets, Filter, GraphView, LinkPage, NewJudgement, NewUser,
  DismantlingRequest, ObjectPage, Outlook, PathsView, Problem, Review, SearchPage, Session, SourceSaid, Template, User, UserChange, Vocabulary, WhoRequest, WireItem,
} from './types';

const BASE = '/api/v1';
/** Imports of a page: a full one may be followed by another. */
export const IMPORTS = 100;
/** Told when the session ended behind the page's back. */
export const signedOut = new EventTarget();

let csrf = '';

/** What changes something repeats the session's secret, so that no other site can make the browser do it. */
const repeatSecret: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET' && csrf) request.headers.set('X-Entente-CSRF', csrf);
  },
};

// Looked up at each call, not here: Kit replaces `fetch` after this module is loaded.
const node = createClient<paths>({ credentials: 'same-origin', fetch: (request) => globalThis.fetch(request) });
node.use(repeatSecret);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's content, or an `ApiProblem` that says what the node said. */
async function take<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw ApiProblem.unreachable();
  }
  if (answer.response.ok) return answer.data as T;
  throw refusal(answer.response, answer.error);
}

function refusal(response: Response, error: unknown): ApiProblem {
  const said = typeof error === 'object' && error !== null ? (error as Partial<Problem>) : {};
  if (response.status === 401 && !response.url.endsWith('/session')) signedOut.dispatchEvent(new Event('signed-out'));
  const title = said.title ?? (response.statusText || 'Refused');
  return new ApiProblem({ title, detail: said.detail ?? '', status: response.status });
}

const NO_LIMIT = { link_kinds: null, vertex_kinds: null, sources: null, tlp_max: null, from: null, to: null, hubs: null };
const whole = (filter: Filter) => ({ ...NO_LIMIT, ...filter });
const NO_CHANGE = { password: null, role: null, tlp_max: null, offices: null };

function remember(session: Session): Session {
  csrf = session.csrf;
  return session;
}

/** The document is the page's own; the node keeps it as it is. */
interface Chart {
  name: string;
  notes: string;
  document: object;
}

/** The node reads the document; to the generated client it is any object. */
const json = (document: Agreement) => document as unknown as Record<string, never>;

export type ExportFormat = 'stix' | 'csv' | 'graphml';

export interface ImportQuery {
  source?: string;
  tlp?: string;
  pap?: string;
  grade?: string;
  format?: string;
  dry_run?: boolean;
}

export const api = {
  setupNeeded: () => take(node.GET('/api/v1/setup')),
  setUp: async (token: string, name: string, password: string) =>
    remember((await take(node.POST('/api/v1/setup', { body: { token, name, password } }))) as Session),
  session: async () => remember((await take(node.GET('/api/v1/session'))) as Session),
  signIn: async (name: string, password: string) =>
    remember((await take(node.POST('/api/v1/session', { body: { name, password } }))) as Session),
  signOut: () => take(node.DELETE('/api/v1/session')),

  users: async () => (await take(node.GET('/api/v1/users'))) as User[],
  addUser: (user: NewUser) => take(node.POST('/api/v1/users', { body: user })),
  changeUser: (name: string, change: UserChange) =>
    take(node.PATCH('/api/v1/users/{name}', { params: { path: { name } }, body: { ...NO_CHANGE, ...change } })),
  removeUser: (name: string) => take(node.DELETE('/api/v1/users/{name}', { params: { path: { name } } })),
  sources: () => take(node.GET('/api/v1/sources')),
  saySource: (said: SourceSaid) => take(node.PUT('/api/v1/sources', { body: said })),
  tokens: () => take(node.GET('/api/v1/tokens')),
  addToken: (name: string) => take(node.POST('/api/v1/tokens', { body: { name } })),
  removeToken: (id: string) => take(node.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } })),

  stats: () => take(node.GET('/api/v1/stats')),
  search: async (q: string, { signal, ...query }: { kind?: string; cursor?: string; limit?: number; signal?: AbortSignal } = {}) =>
    (await take(node.GET('/api/v1/search', { params: { query: { q, ...query } }, signal }))) as SearchPage,
  thing: async (id: string) => (await take(node.GET('/api/v1/objects/{id}', { params: { path: { id } } }))) as ObjectPage,
  links: async (id: string, { kind, cursor, limit }: { kind?: string; cursor?: string; limit?: number } = {}) => {
    const query = { kind, limit, cursor: cursor === undefined ? undefined : Number(cursor) };
    return (await take(node.GET('/api/v1/objects/{id}/links', { params: { path: { id }, query } }))) as LinkPage;
  },
  claim: async (no: number) => (await take(node.GET('/api/v1/claims/{no}', { params: { path: { no } } }))) as ClaimView,

  neighbourhood: async (ids: string[], hops: number, filter: Filter, limit: number) =>
    (await take(node.POST('/api/v1/graph/neighbourhood', { body: { ids, hops, filter: whole(filter), limit } }))) as GraphView,
  paths: async (from: string[], to: string[], count: number, filter: Filter) =>
    (await take(node.POST('/api/v1/graph/paths', { body: { from, to, count, avoid_hubs: true, filter: whole(filter) } }))) as PathsView,
  commonNeighbours: async (ids: string[], filter: Filter) =>
    (await take(node.POST('/api/v1/graph/common', { body: { ids, filter: whole(filter), limit: null } }))) as GraphView,
  component: async (id: string, filter: Filter, limit: number) =>
    (await take(node.POST('/api/v1/graph/component', { body: { id, filter: whole(filter), limit } }))) as GraphView,
  emerging: (since: string, signal?: AbortSignal) => take(node.GET('/api/v1/emerging', { params: { query: { since } }, signal })),
  aliases: (query: { sort?: string | undefined; decided: boolean }, signal?: AbortSignal) => take(node.GET('/api/v1/aliases', { params: { query }, signal })),
  money: (query: { pattern?: string | undefined; any_order: boolean }, signal?: AbortSignal) => take(node.GET('/api/v1/money', { params: { query }, signal })),
  facets: async () => (await take(node.GET('/api/v1/graph/facets'))) as Facets,

  exportThings: async (ids: string[], hops: number, format: ExportFormat) =>
    (await take(node.POST('/api/v1/exports', { body: { ids, hops, format, filter: whole({}) }, parseAs: 'blob' }))) as unknown as Blob,

  charts: () => take(node.GET('/api/v1/charts')),
  chart: (id: string) => take(node.GET('/api/v1/charts/{id}', { params: { path: { id } } })),
  createChart: (chart: Chart) => take(node.POST('/api/v1/charts', { body: chart as unknown as ChartContent })),
  /** `version` is the one last read: the node answers 409 when somebody saved in between. */
  saveChart: (id: string, version: number, chart: Chart) =>
    take(node.PUT('/api/v1/charts/{id}', {
      params: { path: { id }, header: { 'If-Match': `"${version}"` } }, body: chart as unknown as ChartContent,
    })),
  removeChart: (id: string) => take(node.DELETE('/api/v1/charts/{id}', { params: { path: { id } } })),

  startImport: (files: File[], query: ImportQuery) => {
    const form = new FormData();
    for (const file of files) form.append('file', file, file.webkitRelativePath || file.name);
    const said = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '' && value !== undefined));
    const body = form as unknown as { file: string[] };
    return take(node.POST('/api/v1/imports', { params: { query: said }, body, bodySerializer: () => form }));
  },
  imports: (after?: string) => take(node.GET('/api/v1/imports', { params: { query: { after, limit: IMPORTS } } })),
  importLimits: () => take(node.GET('/api/v1/imports/limits')),
  import: (id: string) => take(node.GET('/api/v1/imports/{id}', { params: { path: { id } } })),
  stopImport: (id: string) => take(node.DELETE('/api/v1/imports/{id}', { params: { path: { id } } })),
  importEvents: (id: string) => new EventSource(`${BASE}/imports/${encodeURIComponent(id)}/events`),
  rejects: (id: string, cursor?: number) =>
    take(node.GET('/api/v1/imports/{id}/rejects', { params: { path: { id }, query: { cursor } } })),
  rejectFile: (id: string) => `${BASE}/imports/${encodeURIComponent(id)}/rejects.jsonl`,

  agreements: async () => (await take(node.GET('/api/v1/agreements'))) as AgreementLine[],
  agreement: async (id: string, version?: number) =>
    (await take(node.GET('/api/v1/agreements/{id}', { params: { path: { id }, query: { version } } }))) as AgreementPage,
  acceptAgreement: async (file: unknown) =>
    (await take(node.POST('/api/v1/agreements', { body: file as Record<string, never> }))) as AgreementPage,
  agreementFile: (id: string) => `${BASE}/agreements/${encodeURIComponent(id)}/file`,
  signAgreement: async (id: string, hash: string) =>
    (await take(node.POST('/api/v1/agreements/{id}/signature', { params: { path: { id } }, body: { hash } }))) as AgreementPage,
  actOnAgreement: async (id: string, move: 'suspend' | 'resume' | 'terminate', reason: string) =>
    (await take(node.POST('/api/v1/agreements/{id}/acts', { params: { path: { id } }, body: { move, reason } }))) as AgreementPage,
  templates: async () => (await take(node.GET('/api/v1/agreements/templates'))) as Template[],
  vocabulary: async () => (await take(node.GET('/api/v1/agreements/vocabulary'))) as unknown as Vocabulary,
  reviewDocument: async (document: Agreement) =>
    (await take(node.POST('/api/v1/agreements/review', { body: { document: json(document) } }))) as Review,
  compareDocuments: async (before: Agreement, after: Agreement) =>
    (await take(node.POST('/api/v1/agreements/compare', { body: { before: json(before), after: json(after) } }))) as Difference[],
  preview: async (document: Agreement, to: string, objects: string[]) =>
    (await take(node.POST('/api/v1/agreements/preview', { body: { document: json(document), to, objects } }))) as Outlook[],
  invite: (id: string, party: string, at: string, days: number) =>
    take(node.POST('/api/v1/agreements/{id}/invitations', { params: { path: { id } }, body: { party, at: at || null, days } })),
  followInvitation: async (link: string) => (await take(node.POST('/api/v1/invitations', { body: { link } }))) as AgreementPage,

  drafts: () => take(node.GET('/api/v1/drafts')),
  draft: async (id: string) => (await take(node.GET('/api/v1/drafts/{id}', { params: { path: { id } } }))) as Draft,
  createDraft: async (begun: { template?: string; us?: string; amends?: string; document?: unknown }) => {
    const body = { template: null, us: null, amends: null, document: null, ...begun } as components['schemas']['NewDraft'];
    return (await take(node.POST('/api/v1/drafts', { body }))) as Draft;
  },
  /** `version` is the one last read: the node answers 409 when somebody saved in between. */
  saveDraft: async (id: string, version: number, document: Agreement) =>
    (await take(node.PUT('/api/v1/drafts/{id}', {
      params: { path: { id }, header: { 'If-Match': `"${version}"` } }, body: { document: json(document) },
    }))) as Draft,
  removeDraft: (id: string) => take(node.DELETE('/api/v1/drafts/{id}', { params: { path: { id } } })),
  signDraft: async (id: string, version: number) =>
    (await take(node.POST('/api/v1/drafts/{id}/signature', {
      params: { path: { id }, header: { 'If-Match': `"${version}"` } },
    }))) as AgreementPage,

  partners: () => take(node.GET('/api/v1/partners')),
  placePartner: (party: string, endpoint: string) =>
    take(node.PUT('/api/v1/partners/{party}', { params: { path: { party } }, body: { endpoint } })),
  wire: (party: string, direction: 'out' | 'in', cursor?: string) =>
    take(node.GET('/api/v1/partners/{party}/wire', { params: { path: { party }, query: { direction, cursor } } })),
  wireItem: async (party: string, item: string) =>
    (await take(node.GET('/api/v1/partners/{party}/wire/{item}', { params: { path: { party, item } } }))) as WireItem,
  proofFile: (party: string, item: string) =>
    `${BASE}/partners/${encodeURIComponent(party)}/wire/${encodeURIComponent(item)}/proof`,
  notices: (party: string, cursor?: string) =>
    take(node.GET('/api/v1/partners/{party}/notices', { params: { path: { party }, query: { cursor } } })),
  partnerTokens: (party: string) => take(node.GET('/api/v1/partners/{party}/tokens', { params: { path: { party } } })),
  addPartnerToken: (party: string, name: string) =>
    take(node.POST('/api/v1/partners/{party}/tokens', { params: { path: { party } }, body: { name } })),
  removePartnerToken: (party: string, id: string) =>
    take(node.DELETE('/api/v1/partners/{party}/tokens/{id}', { params: { path: { party, id } } })),
  wireEvents: () => new EventSource(`${BASE}/wire/events`),

  who: (asked: Partial<Omit<WhoRequest, 'filter'>> & { filter?: Partial<WhoRequest['filter']> }) =>
    take(node.POST('/api/v1/who', { body: asked as WhoRequest })),
  dismantling: (asked: Partial<Omit<DismantlingRequest, 'filter'>> & { filter?: Partial<DismantlingRequest['filter']> }, signal: AbortSignal) =>
    take(node.POST('/api/v1/who/dismantling', { body: asked as DismantlingRequest, signal })),
  cases: () => take(node.GET('/api/v1/cases')),
  takeUp: (name: string, ids: string[]) => take(node.POST('/api/v1/cases/claims', { body: { case: name, ids } })),
  seek: (name: string, ids: string[]) => take(node.POST('/api/v1/cases/sought', { body: { case: name, ids } })),
  judge: (judgement: NewJudgement) => take(node.POST('/api/v1/judgements', { body: judgement })),
  withdrawJudgement: (no: number) => take(node.DELETE('/api/v1/judgements/{no}', { params: { path: { no } } })),
  referrals: (ended: boolean, cursor?: string) =>
    take(node.GET('/api/v1/referrals', { params: { query: { ended, cursor } } })),
  decide: (id: string, said: Decision) =>
    take(node.POST('/api/v1/referrals/{id}/decision', { params: { path: { id } }, body: said })),
};
