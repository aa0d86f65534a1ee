import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import type { RunningSandbox } from '../server';
import { startSandbox } from '../server';
import { QUICK, TestClient } from '../testing/test-client';

describe("the sandbox's page", () => {
  let sandbox: RunningSandbox;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0, timings: QUICK });
    browser = await chromium.launch({ executablePath: process.env['CHROMIUM_PATH'], args: ['--no-sandbox'] });
  });
  beforeEach(async () => {
    await sandbox.control.reset();
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    await page.goto(sandbox.url);
    await page.getByText('0 contacts, 0 requests').waitFor();
  });
  afterEach(() => page.context().close());
  afterAll(async () => {
    await browser.close();
    await sandbox.stop();
  });

  it('shows contacts as they arrive, by list and by search', async () => {
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

  it('switches faults by keyboard alone', async () => {
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

  it.each(['light', 'dark'] as const)('has nothing that axe objects to, in %s', async (colorScheme) => {
    const client = new TestClient(sandbox);
    await client.deliver([{ email: 'ann@example.com' }], [await client.createList('News')]);
    await client.upsert([{ email: 'bad' }]);
    await page.emulateMedia({ colorScheme });
    await page.getByRole('cell', { name: 'ann@example.com' }).waitFor();
    await page.getByRole('cell', { name: '400' }).waitFor();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  });

  it('empties the sandbox when asked twice', async () => {
    await new TestClient(sandbox).createList('News');
    await page.getByRole('button', { name: 'News 0' }).waitFor();
    page.once('dialog', (dialog) => dialog.accept());
    await page.getByRole('button', { name: 'Empty the sandbox' }).click();
    await page.getByRole('button', { name: 'News 0' }).waitFor({ state: 'detached' });
    expect(sandbox.control.lists()).toEqual([]);
  });
});
