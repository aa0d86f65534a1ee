import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import type { RunningSandbox } from '../server';
import { startSandbox } from '../server';
import { QUICK, TestClient } from '../testing/test-client';

test.describe("the sandbox's page", () => {
  let sandbox: RunningSandbox;
  let page: Page;

  test.beforeAll(async () => {
    sandbox = await startSandbox({ port: 0, timings: QUICK });
  });
  test.beforeEach(async ({ browser }) => {
    await sandbox.control.reset();
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    await page.goto(sandbox.url);
    await page.getByText('0 contacts, 0 requests').waitFor();
  });
  test.afterEach(() => page.context().close());
  test.afterAll(async () => {
    await sandbox.stop();
  });

  test('shows contacts as they arrive, by list and by search', async () => {
    const client = new TestClient(sandbox);
    const list = await client.createList('News <b>');
    await client.deliver([{ email: 'ann@example.com', first_name: '<i>Ann</i>', city: 'Oslo' }], [list]);
    await client.deliver([{ email: 'bo@example.com' }, { email: 'cy@example.com', phone_number: '0' }]);
    await page.getByRole('cell', { name: '<i>Ann</i>' }).waitFor();
    await page.getByRole('cell', { name: 'errored' }).waitFor();
    await page.getByRole('button', { name: 'News <b> 1' }).click();
    await page.getByRole('heading', { name: 'Contacts on News <b>' }).waitFor();
    await page.getByRole('cell', { name: 'bo@example.com' }).waitFor({ state: 'detached' });
    await page.getByRole('searchbox').fill('nobody');
    await page.getByText('Nobody with this name or e-mail.').waitFor();
  });

  test('switches faults by keyboard alone', async () => {
    await page.getByLabel('How often').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    const slow = page.getByRole('switch', { name: 'Slow answers' });
    await page.waitForFunction((one) => one?.ariaChecked === 'true', await slow.elementHandle());
    expect(sandbox.control.faults()).toMatchObject([{ kind: 'latency', ms: 2000, times: 1, endpoint: '*' }]);
    await page.keyboard.press('Space');
    await page.waitForFunction((one) => one?.ariaChecked === 'false', await slow.elementHandle());
    expect(sandbox.control.faults()).toEqual([]);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`has nothing that axe objects to, in ${colorScheme}`, async () => {
      const client = new TestClient(sandbox);
      await client.deliver([{ email: 'ann@example.com' }], [await client.createList('News')]);
      await client.upsert([{ email: 'bad' }]);
      await page.emulateMedia({ colorScheme });
      await page.getByRole('cell', { name: 'ann@example.com' }).waitFor();
      await page.getByRole('cell', { name: '400' }).waitFor();
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    });
  }

  test('empties the sandbox when asked twice', async () => {
    await new TestClient(sandbox).createList('News');
    await page.getByRole('button', { name: 'News 0' }).waitFor();
    page.once('dialog', (dialog) => dialog.accept());
    await page.getByRole('button', { name: 'Empty the sandbox' }).click();
    await page.getByRole('button', { name: 'News 0' }).waitFor({ state: 'detached' });
    expect(sandbox.control.lists()).toEqual([]);
  });
});
