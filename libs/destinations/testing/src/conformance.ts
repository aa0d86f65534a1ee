import assert from 'node:assert/strict';
import { Bench } from './bench';
import type { Check } from './check';
import { definitionChecks } from './definition-checks';
import { deliveryChecks } from './delivery-checks';
import { failureChecks } from './failure-checks';
import type { Subject } from './subject';

export const checks: readonly Check[] = [...definitionChecks, ...deliveryChecks, ...failureChecks];

const CHECK_MS = 60_000;
const outputs = ['log', 'info', 'warn', 'error', 'debug'] as const;

/**
 * Registers the tests that every destination must pass: call it in the plugin's spec file.
 * They run over real connections to the service that the subject starts.
 */
export function destinationConformance(subject: Subject): void {
  describe(`${subject.destination.key} keeps the contract of destinations: it`, () => {
    let bench: Bench | undefined;
    beforeAll(async () => {
      bench = await Bench.start(subject);
    }, CHECK_MS);
    afterAll(() => bench?.service.stop());

    afterEach(() => jest.restoreAllMocks());

    for (const check of checks.filter(({ appliesTo }) => appliesTo?.(subject) !== false)) {
      it(
        check.name,
        async () => {
          // Plugins do not log: hosts do, and know what must not be in a log.
          const consoles = outputs.map((output) => jest.spyOn(console, output).mockImplementation());
          assert.ok(bench);
          await check.run(bench);
          for (const spy of consoles)
            assert.equal(spy.mock.calls.length, 0, 'the plugin wrote to the console');
        },
        CHECK_MS,
      );
    }
  });
}
