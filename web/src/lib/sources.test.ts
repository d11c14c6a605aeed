import { describe, expect, it } from 'vitest';
import { knowPartners, sourceName, sourceNames } from './sources';

describe('sources', () => {
  it('have the name of the partner who told, or their own', () => {
    knowPartners([{ party: 'bank', name: 'Harbour Bank' }, { party: 'police', name: '' }]);
    expect(sourceNames(['bank', 'CSIRT North', 'police'])).toBe('Harbour Bank, CSIRT North, police');
    knowPartners([]);
    expect(sourceName('bank')).toBe('bank');
  });
});
