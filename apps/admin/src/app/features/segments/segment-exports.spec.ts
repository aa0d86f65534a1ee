import { ExportDto } from '@audience-relay/api-client';
import { segmentExports } from './segment-exports';

describe('the exports of a segment', () => {
  const make = (name: string, segmentIds: string[], connection: string | null = 'Post'): ExportDto =>
    ({
      ...{
        id: name,
        name,
        destination: 'sendgrid',
        connection: connection === null ? null : { name: connection },
      },
      segments: segmentIds.map((id) => ({ id })),
    }) as ExportDto;
  const exports = [
    make('Newsletter', ['s1', 's2']),
    make('Offers', ['s2'], 'Åpen'),
    make('Detached', ['s1'], null),
  ];
  const names = (search: string) => {
    const found = segmentExports(exports, 's1', search);
    return [found.with.map(({ name }) => name), found.without.map(({ name }) => name)];
  };

  it('should tell those that deliver it from those that do not, in the given order', () => {
    expect(names('')).toEqual([['Newsletter', 'Detached'], ['Offers']]);
  });

  it('should search in both by name, connection and type, in any case', () => {
    expect(names(' åPEN ')).toEqual([[], ['Offers']]);
    expect(names('DETACH')).toEqual([['Detached'], []]);
    expect(names('SendGrid')).toEqual(names(''));
    expect(names('nothing like it')).toEqual([[], []]);
  });
});
