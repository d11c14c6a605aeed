// What the page knows about each STIX type: a name for people, a tone, an icon.

export type Tone = 'network' | 'malware' | 'actor' | 'account' | 'money' | 'place' | 'technique' | 'report';

/** Mid tones that keep 3:1 against both the light and the dark canvas, and under a white glyph. */
export const TONES: Record<Tone, { colour: string; name: string }> = {
  network: { colour: '#3a7fc1', name: 'Network' },
  malware: { colour: '#c9485b', name: 'Malware and files' },
  actor: { colour: '#8a63c9', name: 'Actors' },
  account: { colour: '#1f8a82', name: 'Accounts' },
  money: { colour: '#a0770f', name: 'Money' },
  place: { colour: '#4a8a3e', name: 'Places' },
  technique: { colour: '#c0672a', name: 'Techniques' },
  report: { colour: '#6b7885', name: 'Reports and observations' },
};

interface KindName {
  one: string;
  many: string;
  tone: Tone;
}

const known = (one: string, tone: Tone, many = `${one}s`): KindName => ({ one, many, tone });

const KINDS: Record<string, KindName> = {
  'attack-pattern': known('Attack pattern', 'technique'),
  campaign: known('Campaign', 'actor'),
  'course-of-action': known('Course of action', 'technique', 'Courses of action'),
  grouping: known('Grouping', 'report'),
  identity: known('Identity', 'actor', 'Identities'),
  incident: known('Incident', 'report'),
  indicator: known('Indicator', 'technique'),
  infrastructure: known('Infrastructure', 'network', 'Infrastructure'),
  'intrusion-set': known('Intrusion set', 'actor'),
  location: known('Location', 'place'),
  malware: known('Malware', 'malware', 'Malware'),
  'malware-analysis': known('Malware analysis', 'malware', 'Malware analyses'),
  note: known('Note', 'report'),
  'observed-data': known('Observed data', 'report', 'Observed data'),
  opinion: known('Opinion', 'report'),
  report: known('Report', 'report'),
  'threat-actor': known('Threat actor', 'actor'),
  tool: known('Tool', 'malware'),
  vulnerability: known('Vulnerability', 'technique', 'Vulnerabilities'),
  artifact: known('Artifact', 'malware'),
  'autonomous-system': known('Network (AS)', 'network', 'Networks (AS)'),
  directory: known('Directory', 'malware', 'Directories'),
  'domain-name': known('Domain', 'network'),
  'email-addr': known('E-mail address', 'account', 'E-mail addresses'),
  'email-message': known('E-mail message', 'account'),
  file: known('File', 'malware'),
  'ipv4-addr': known('IPv4 address', 'network', 'IPv4 addresses'),
  'ipv6-addr': known('IPv6 address', 'network', 'IPv6 addresses'),
  'mac-addr': known('MAC address', 'network', 'MAC addresses'),
  mutex: known('Mutex', 'malware', 'Mutexes'),
  'network-traffic': known('Network traffic', 'network', 'Network traffic'),
  process: known('Process', 'malware', 'Processes'),
  software: known('Software', 'malware', 'Software'),
  url: known('URL', 'network'),
  'user-account': known('User account', 'account'),
  'windows-registry-key': known('Registry key', 'malware'),
  'x509-certificate': known('Certificate', 'network'),
  'cryptocurrency-wallet': known('Crypto wallet', 'money'),
  'bank-account': known('Bank account', 'money'),
  'phone-number': known('Phone number', 'account'),
  'digital-fingerprint': known('Fingerprint', 'technique'),
  payment: known('Payment', 'money'),
  'victim-report': known('Victim report', 'report'),
  relationship: known('Relationship', 'report'),
  sighting: known('Sighting', 'report'),
};

/** Types of an extension or a producer's own invention are shown as spelled. */
function kind(type: string): KindName {
  const words = type.replace(/^x-/, '').replaceAll('-', ' ');
  return KINDS[type] ?? known(words.charAt(0).toUpperCase() + words.slice(1), 'report');
}

export const kindName = (type: string): string => kind(type).one;
export const kindNames = (type: string): string => kind(type).many;
export const kindTone = (type: string): Tone => kind(type).tone;
export const kindColour = (type: string): string => TONES[kind(type).tone].colour;

/** `communicates-with` → `communicates with`. */
export const linkName = (name: string): string => name.replaceAll(/[-_]/g, ' ');

const names = (files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, file]) => [path.replace(/^.*\/(.*)\.svg$/, '$1'), file]));

const sources = names(import.meta.glob<string>('./icons/kinds/*.svg', { query: '?raw', import: 'default', eager: true }));
const files = names(
  import.meta.glob<string>('./icons/kinds/*.svg', { query: '?url&no-inline', import: 'default', eager: true }),
);

export const kindSvg = (type: string): string => sources[type] ?? sources.other ?? '';
export const kindIconFile = (type: string): string => files[type] ?? files.other ?? '';
