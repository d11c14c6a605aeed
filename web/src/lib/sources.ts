// Who said something, by the name people know them by. What a partner told has the partner's id for its source; everything else has a
// name for it already.

const names = new Map<string, string>();

/** Learns what partners are called. */
export function knowPartners(partners: readonly { party: string; name: string }[]): void {
  names.clear();
  for (const { party, name } of partners) if (name) names.set(party, name);
}

export const sourceName = (source: string): string => names.get(source) ?? source;

export const sourceNames = (sources: readonly string[]): string => sources.map(sourceName).join(', ');
