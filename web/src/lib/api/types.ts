// The node's shapes as the page uses them: generated ones, with words that are one of few named as such.
import type { Agreement, PartyKey } from '../agreement/document';
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
export type Source = Schema['SourceView'];
export type SourceSaid = Schema['SourceSaid'];

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

export type AgreedCase = Schema['AgreedCaseView'];
export type TakenUp = Schema['CaseView'];
export type SoughtView = Schema['SoughtView'];

export type ChartSummary = Schema['ChartLine'];
export type SavedChart = Schema['ChartView'];
export type ChartContent = Schema['ChartContent'];

export type ImportView = Schema['ImportView'];
export type Reject = Schema['Reject'];
export type RejectPage = Schema['RejectsPage'];
export type Stats = Schema['StatsView'];

export type StandingWord =
  | 'draft' | 'partly_signed' | 'not_yet_valid' | 'in_force' | 'suspended' | 'expired' | 'terminated' | 'superseded';
export type Standing = Replace<Schema['StandingView'], { word: StandingWord }>;
export type AgreementLine = Replace<Schema['AgreementLine'], { standing: Standing }>;
export type ClauseView = Schema['ClauseView'];
export type Finding = Replace<Schema['FindingView'], { severity: 'error' | 'warning' }>;
export type Review = Replace<Schema['ReviewView'], { findings: Finding[] }>;
export type Signatory = Schema['SignatoryView'];
export type Act = Schema['ActView'];
export type AgreementPage = AgreementLine & Replace<
  Omit<Schema['AgreementView'], keyof Schema['AgreementLine']>,
  { review: Review; document: Agreement; versions: (Replace<Schema['VersionView'], { standing: Standing }>)[] }
>;
export type Draft = Replace<Schema['DraftView'], { document: Agreement; review: Review }>;
export type DraftLine = Schema['DraftLine'];
export type Template = Replace<Schema['TemplateView'], { document: Agreement }>;
export type Word = Schema['WordView'];
export type Vocabulary = { words: Record<string, Word[]>; keys: PartyKey[] };
export type Difference = Schema['DifferenceView'];
export type Outcome = 'permit' | 'permit_transformed' | 'refer' | 'deny' | 'withheld';
export type Outlook = Replace<Schema['Outlook'], { outcome: Outcome; sent?: Record<string, unknown> | null }>;
export type Invitation = Schema['InvitationView'];
export type Partner = Schema['PartnerView'];
export type WireLine = Schema['WireLine'];
export type WirePage = Schema['WirePage'];
export type WireItem = Replace<Schema['WireItemView'], { sent?: Record<string, unknown> | null; original?: Record<string, unknown> | null }>;
export type WireNews = Schema['WireNews'];
export type NoticesPage = Schema['NoticesPage'];
export type Decision = Schema['DecisionRequest'];
export type Emerging = Schema['EmergingView'];
export type EmergingGroup = Schema['EmergingGroupView'];
export type Money = Schema['MoneyView'];
export type Laundering = Schema['LaunderingView'];
export type MoneyFinding = Schema['MoneyFindingView'];
export type MoneyPayment = Schema['MoneyPaymentView'];
export type WhoRequest = Schema['WhoRequest'];
export type WhoAnswer = Schema['WhoView'];
export type WhoMember = Schema['MemberView'];
export type WhoRejected = Schema['RejectedView'];
export type DismantlingRequest = Schema['DismantlingRequest'];
export type DismantlingPlan = Schema['DismantlingView'];
export type DismantlingTarget = Schema['TargetView'];
export type WhoReason = Schema['EvidenceView'];
export type Aliases = Schema['AliasesView'];
export type AliasPair = Schema['AliasView'];
export type Named = Schema['NamedView'];
export type AliasReason = Schema['AliasReasonView'];
export type Judgement = Schema['JudgementView'];
export type NewJudgement = Schema['JudgementRequest'];
export type Referral = Schema['ReferralView'];
export type ReferralsPage = Schema['ReferralsPage'];
/** RFC 9457. */
export type Problem = Schema['Problem'];
