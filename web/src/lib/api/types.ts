// The node's shapes as the page uses them: generated ones, with words that are one of few named as such.
import type { components } from './schema';

type Schema = components['schemas'];
type Replace<T, U> = Omit<T, keyof U> & U;

export type Tlp = 'clear' | 'green' | 'amber' | 'amber+strict' | 'red';
export type Pap = 'clear' | 'green' | 'amber' | 'red';
export type Role = Schema['Role'];
export type Direction = 'out' | 'in';

export type Session = Replace<Schema['SessionView'], { role: Role; tlp_max: Tlp }>;
export type User = Replace<Schema['UserView'], { role: Role; tlp_max: Tlp }>;
export type NewUser = Schema['NewUser'];
export type UserChange = Partial<Schema['UserChange']>;
export type Token = Schema['TokenView'];

/** `point` is longitude, latitude. */
export type ObjectSummary = Replace<Schema['ObjectSummary'], { tlp: Tlp; point?: [number, number] | null }>;
export type ClaimView = Replace<Schema['ClaimView'], { tlp: Tlp; pap: Pap; stix?: Record<string, unknown> | null }>;
export type Edge = Replace<Schema['Edge'], { tlp: Tlp }>;
export type TimelineEntry = Schema['TimelineEntry'];
export type LinkCount = Replace<Schema['LinkCount'], { direction: Direction }>;

export type SearchPage = Replace<Schema['ObjectsPage'], { objects: ObjectSummary[] }>;
export type LinkPage = Replace<Schema['LinksPage'], { links: { edge: Edge; other: ObjectSummary }[] }>;
export type ObjectPage = Replace<
  Schema['ObjectPage'],
  { summary: ObjectSummary; claims: ClaimView[]; links: { total: number; by_kind: LinkCount[] } }
>;

export type GraphView = Replace<Schema['GraphView'], { vertices: ObjectSummary[]; edges: Edge[] }>;
export type PathsView = Replace<Schema['PathsView'], { graph: GraphView }>;
export type Filter = Partial<Schema['FilterRequest']>;
export type Facets = Replace<Schema['FacetsView'], { tlp: Tlp[] }>;

export type ChartSummary = Schema['ChartLine'];
export type SavedChart = Schema['ChartView'];
export type ChartContent = Schema['ChartContent'];

export type ImportView = Schema['ImportView'];
export type Reject = Schema['Reject'];
export type RejectPage = Schema['RejectsPage'];
export type Stats = Schema['StatsView'];
/** RFC 9457. */
export type Problem = Schema['Problem'];
