import { describeDestination, destinations, findDestination, makeRegistry } from './index';

describe('registry', () => {
  it('should find each destination by its key', () => {
    expect(destinations.map(({ key }) => findDestination(key).name)).toEqual(
      destinations.map(({ name }) => name),
    );
  });

  it('should name the known keys when one is unknown', () => {
    const known = destinations.map(({ key }) => key).join(', ');
    expect(() => findDestination('mailchimp')).toThrow(
      `There is no destination "mailchimp". Known ones: ${known}.`,
    );
    expect(() => findDestination('mailchimp')).toThrow(
      expect.objectContaining({ kind: 'permanent', code: 'unknown-destination' }),
    );
  });

  it('should not start with a key that is used twice', () => {
    const [first, second] = destinations;
    if (!first || !second) throw new Error('There are two destinations at least.');
    expect(() => makeRegistry([first, { ...second, key: first.key }])).toThrow(
      `Two destinations have the key "sendgrid": SendGrid and ${second.name}.`,
    );
  });

  it('should not start with a destination that is not well defined', () => {
    const [first] = destinations;
    if (!first) throw new Error('There is a destination at least.');
    expect(() => makeRegistry([{ ...first, name: ' ' }])).toThrow('name is empty');
  });

  it('should describe the whole catalogue as JSON, with no function in it', () => {
    const catalogue = destinations.map(describeDestination);
    expect(JSON.parse(JSON.stringify(catalogue))).toEqual(catalogue);
    expect(catalogue[0]).toMatchObject({
      key: 'sendgrid',
      capabilities: { modes: ['upsert', 'mirror'], confirmation: 'async', targets: true, createTarget: true },
      limits: { maxRecords: 30_000, maxBytes: 6_000_000, recommendedTotal: 100_000 },
    });
  });
});
