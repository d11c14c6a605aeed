// The shapes of /api/v1. All ids are STIX ids; all times are RFC 3339.

export type Tlp = 'clear' | 'green' | 'amber' | 'amber+strict' | 'red';
export type Pap = 'clear' | 'green' | 'amber' | 'red';
export type Role = 'administrator' | 'analyst' | 'reader';

export interface Session {
  name: string;
  role: Role;
  tlp_max: Tlp;
  csrf: string;
}

export interface ObjectSummary {
  id: string;
  type: string;
  label: string;
  /** Withdrawn by its author, and nobody maintains it. */
  revoked: boolean;
  /** Mentioned by others; nobody made a claim about it. */
  mentioned_only: boolean;
  first_seen?: string | null;
  last_seen?: string | null;
  sources: string[];
  /** The most restrictive of the claims the viewer may see. */
  tlp: Tlp;
  claims: number;
  degree: number;
  /** Why this counts as shared infrastructure, when it does. */
  hub?: string | null;
  /** ISO 3166-1 alpha-2. */
  country?: string | null;
  asn?: number | null;
  /** Longitude, latitude. */
  point?: [number, number] | null;
}

export interface SearchPage {
  objects: ObjectSummary[];
  next?: string | null;
  /** What the query was read as, when it was written defanged. */
  refanged?: string | null;
}

export interface ClaimView {
  no: number;
  source: string;
  agreement?: string | null;
  tlp: Tlp;
  pap: Pap;
  /** H0 to H3. */
  conditions: string[];
  grade: string;
  category: string;
  received_at: string;
  created?: string | null;
  modified?: string | null;
  revoked: boolean;
  /** True when this is the newest that its source says. */
  current: boolean;
  stix?: Record<string, unknown> | null;
}

export type Direction = 'out' | 'in';

export interface LinkCount {
  kind: string;
  direction: Direction;
  count: number;
}

export interface TimelineEntry {
  at: string;
  what: string;
  claim: number;
}

export interface ObjectPage {
  summary: ObjectSummary;
  selectors: { name: string; value: string }[];
  claims: ClaimView[];
  links: { total: number; by_kind: LinkCount[] };
  timeline: TimelineEntry[];
}

export interface Edge {
  source: string;
  target: string;
  kind: string;
  at?: string | null;
  /** Who says so. */
  source_name: string;
  tlp: Tlp;
  claim: number;
}

export interface LinkPage {
  links: { edge: Edge; other: ObjectSummary }[];
  next?: string | null;
}

export interface GraphView {
  vertices: ObjectSummary[];
  edges: Edge[];
  truncated?: { reason: string; more: number } | null;
}

export interface Filter {
  link_kinds?: string[];
  vertex_kinds?: string[];
  sources?: string[];
  tlp_max?: Tlp;
  from?: string;
  to?: string;
  /** Whether shared infrastructure is passed through. */
  hubs?: 'skip' | 'expand';
}

export interface PathsView {
  paths: { vertices: string[]; edges: number[] }[];
  graph: GraphView;
}

export interface Count {
  name: string;
  count: number;
}

export interface Facets {
  link_kinds: Count[];
  vertex_kinds: Count[];
  sources: Count[];
  tlp: Tlp[];
}

export interface ChartSummary {
  id: string;
  name: string;
  owner: string;
  updated_at: string;
  version: number;
}

export interface SavedChart extends ChartSummary {
  notes: string;
  document: unknown;
}

export type ImportState = 'running' | 'done' | 'stopped' | 'failed';

export interface ImportView {
  id: string;
  state: ImportState;
  source: string;
  by: string;
  files: string[];
  /** The one being read. */
  file: string;
  dry_run: boolean;
  started_at: string;
  bytes: number;
  total_bytes?: number | null;
  read: number;
  new: number;
  updated: number;
  unchanged: number;
  excluded: number;
  rejected: number;
  seconds: number;
  /** Excluded records by class. */
  exclusions: Record<string, number>;
  /** Inputs that could not be read to their end, and why. */
  failures: string[];
  error?: string | null;
}

export interface Reject {
  file: string;
  line?: number | null;
  offset: number;
  record?: string | null;
  reason: string;
}

export interface RejectPage {
  rejects: Reject[];
  next?: number | null;
}

export interface Stats {
  objects: number;
  claims: number;
  by_type: Record<string, number>;
  /** Known by their id alone. */
  mentioned: number;
  sources: Count[];
}

export interface User {
  name: string;
  role: Role;
  tlp_max: Tlp;
  created_at: string;
}

export interface Token {
  id: string;
  name: string;
  created_at: string;
  expires_at?: string | null;
  /** The secret; only in the answer that makes it. */
  token?: string | null;
}

/** RFC 9457. */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
}
