// The one module that talks to the node. Pages call `api.*` and never `fetch`.
import { ApiProblem } from './problem';
import type {
  ChartSummary, ClaimView, Facets, Filter, GraphView, ImportView, LinkPage, ObjectPage, PathsView, Problem,
  RejectPage, Role, SavedChart, SearchPage, Session, Stats, Tlp, Token, User,
} from './types';

const BASE = '/api/v1';
/** Told when the session ended behind the page's back. */
export const signedOut = new EventTarget();

let csrf = '';

type Query = Record<string, string | number | boolean | undefined>;

interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Query;
  json?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

function address(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') params.set(name, String(value));
  }
  const tail = params.toString();
  return `${BASE}${path}${tail ? `?${tail}` : ''}`;
}

async function send(path: string, call: Call = {}): Promise<Response> {
  const method = call.method ?? 'GET';
  const headers: Record<string, string> = { Accept: 'application/json', ...call.headers };
  if (method !== 'GET' && csrf) headers['X-Entente-CSRF'] = csrf;
  if (call.json !== undefined) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(address(path, call.query), {
      method,
      headers,
      body: call.form ?? (call.json === undefined ? undefined : JSON.stringify(call.json)),
      credentials: 'same-origin',
      signal: call.signal,
    });
  } catch (cause) {
    if (call.signal?.aborted) throw cause;
    throw ApiProblem.unreachable();
  }
  if (!response.ok) throw await refusal(response, path);
  return response;
}

async function refusal(response: Response, path: string): Promise<ApiProblem> {
  const fallback: Problem = { title: response.statusText || 'Refused', status: response.status };
  const isJson = response.headers.get('content-type')?.includes('json');
  const body = isJson ? ((await response.json().catch(() => ({}))) as Partial<Problem>) : {};
  if (response.status === 401 && path !== '/session') signedOut.dispatchEvent(new Event('signed-out'));
  return new ApiProblem({ ...fallback, ...body, status: response.status });
}

async function read<T>(path: string, call?: Call): Promise<T> {
  const response = await send(path, call);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

const id = encodeURIComponent;

async function remember(session: Session): Promise<Session> {
  csrf = session.csrf;
  return session;
}

export const api = {
  setupNeeded: () => read<{ needed: boolean }>('/setup'),
  setUp: (token: string, name: string, password: string) =>
    read<unknown>('/setup', { method: 'POST', json: { token, name, password } }).then(() => api.session()),
  session: () => read<Session>('/session').then(remember),
  signIn: (name: string, password: string) =>
    read<unknown>('/session', { method: 'POST', json: { name, password } }).then(() => api.session()),
  signOut: () => read<void>('/session', { method: 'DELETE' }),

  users: () => read<User[]>('/users'),
  addUser: (user: { name: string; password: string; role: Role; tlp_max: Tlp }) =>
    read<User>('/users', { method: 'POST', json: user }),
  changeUser: (name: string, change: { role?: Role; tlp_max?: Tlp; password?: string }) =>
    read<User>(`/users/${id(name)}`, { method: 'PATCH', json: change }),
  removeUser: (name: string) => read<void>(`/users/${id(name)}`, { method: 'DELETE' }),
  tokens: () => read<Token[]>('/tokens'),
  addToken: (name: string) => read<Token>('/tokens', { method: 'POST', json: { name } }),
  removeToken: (no: string) => read<void>(`/tokens/${id(no)}`, { method: 'DELETE' }),

  stats: () => read<Stats>('/stats'),
  search: (q: string, options: { kind?: string; cursor?: string; limit?: number; signal?: AbortSignal } = {}) => {
    const { signal, ...query } = options;
    return read<SearchPage>('/search', { query: { q, ...query }, signal });
  },
  thing: (thing: string) => read<ObjectPage>(`/objects/${id(thing)}`),
  links: (thing: string, query: { kind?: string; cursor?: string; limit?: number } = {}) =>
    read<LinkPage>(`/objects/${id(thing)}/links`, { query }),
  claim: (no: number) => read<ClaimView>(`/claims/${no}`),

  neighbourhood: (ids: string[], hops: number, filter: Filter, limit: number) =>
    read<GraphView>('/graph/neighbourhood', { method: 'POST', json: { ids, hops, filter, limit } }),
  paths: (from: string[], to: string[], count: number, filter: Filter, avoid_hubs = true) =>
    read<PathsView>('/graph/paths', { method: 'POST', json: { from, to, count, avoid_hubs, filter } }),
  commonNeighbours: (ids: string[], filter: Filter) =>
    read<GraphView>('/graph/common', { method: 'POST', json: { ids, filter } }),
  component: (thing: string, filter: Filter, limit: number) =>
    read<GraphView>('/graph/component', { method: 'POST', json: { id: thing, filter, limit } }),
  facets: () => read<Facets>('/graph/facets'),

  charts: () => read<ChartSummary[]>('/charts'),
  chart: (chart: string) => read<SavedChart>(`/charts/${id(chart)}`),
  createChart: (chart: { name: string; notes: string; document: unknown }) =>
    read<SavedChart>('/charts', { method: 'POST', json: chart }),
  /** `version` is the one last read: the node answers 409 when somebody saved in between. */
  saveChart: (chart: string, version: number, body: { name: string; notes: string; document: unknown }) =>
    read<SavedChart>(`/charts/${id(chart)}`, {
      method: 'PUT', json: body, headers: { 'If-Match': `"${version}"` },
    }),
  removeChart: (chart: string) => read<void>(`/charts/${id(chart)}`, { method: 'DELETE' }),

  startImport: (files: File[], query: Query) => {
    const form = new FormData();
    for (const file of files) form.append('file', file, file.webkitRelativePath || file.name);
    return read<ImportView>('/imports', { method: 'POST', query, form });
  },
  imports: () => read<ImportView[]>('/imports'),
  import: (no: string) => read<ImportView>(`/imports/${id(no)}`),
  importEvents: (no: string) => new EventSource(`${BASE}/imports/${id(no)}/events`),
  stopImport: (no: string) => read<ImportView>(`/imports/${id(no)}`, { method: 'DELETE' }),
  rejects: (no: string, cursor?: number) => read<RejectPage>(`/imports/${id(no)}/rejects`, { query: { cursor } }),
  rejectFile: (no: string) => `${BASE}/imports/${id(no)}/rejects.jsonl`,

  exportThings: (body: { ids?: string[]; query?: string; format: 'stix' | 'csv' | 'graphml' }) =>
    send('/exports', { method: 'POST', json: body }).then((response) => response.blob()),
};
