import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { launch, openConsole, signIn } from './support/console';
import { type Demo, makeDemo } from './support/demo';
import { Rest, until } from './support/rest';
import { system } from './support/system';

test.describe('every page', () => {
  let browser: Browser;
  let demo: Demo;
  let paths: Record<string, string>;

  test.beforeAll(async () => {
    const rest = await Rest.signIn();
    demo = await makeDemo(rest, `axe${Date.now()}`);
    const { id: run } = await rest.send<{ id: string }>('POST', `/exports/${demo.export.id}/runs`);
    await until('the run to end', async () => {
      const { finishedAt } = await rest.send<{ finishedAt: string | null }>('GET', `/runs/${run}`);
      return finishedAt !== null;
    });
    const { items } = await rest.send<{ items: { id: string }[] }>('GET', '/profiles/imports?limit=1');
    paths = {
      home: '/home',
      exports: '/exports',
      'new export': '/exports/new',
      export: `/exports/${demo.export.id}`,
      'edit export': `/exports/${demo.export.id}/edit`,
      runs: '/runs',
      run: `/runs/${run}`,
      connections: '/connections',
      'new connection': '/connections/new',
      connection: `/connections/${demo.connection.id}`,
      segments: '/segments',
      'new segment': '/segments/new',
      segment: `/segments/${demo.segment.id}`,
      'edit segment': `/segments/${demo.segment.id}/edit`,
      profiles: '/profiles',
      profile: `/profiles/${demo.tag}-1`,
      fields: '/profiles/fields',
      imports: '/profiles/imports',
      'new import': '/profiles/imports/new',
      import: `/profiles/imports/${items[0]?.id ?? ''}`,
      schedule: '/schedule',
      alerts: '/alerts',
      'where alerts go': '/alerts/settings',
      audit: '/audit',
      users: '/users',
      'API keys': '/api-keys',
      nowhere: '/nowhere',
    };
    browser = await launch();
  });
  test.afterAll(() => browser.close());

  for (const [language, colorScheme, width] of [
    ['en', 'light', 1280],
    ['nb', 'dark', 400],
  ] as const) {
    test(`should please axe, fit, and complain of nothing: ${language}, ${colorScheme}, ${width} px wide`, async () => {
      const { page, complaints } = await openConsole(browser, {
        language,
        colorScheme,
        viewport: { width, height: 900 },
      });
      const found = await onSignInPage(page);
      await signIn(page);
      for (const [name, path] of Object.entries(paths)) found.push(...(await look(page, name, path)));
      expect([...found, ...complaints.all()]).toEqual([]);
      await page.context().close();
    });
  }

  test('should please axe with an open menu and an open dialog', async () => {
    const { page } = await openConsole(browser);
    await signIn(page);
    await page.goto(`${system.url}/exports?search=${demo.tag}`);
    await page.getByRole('button', { name: `Actions for ${demo.export.name}` }).click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).waitFor();
    // Material puts menus at the end of the body, outside of every landmark; that they are menus is what counts.
    const menu = await violations(page, 'menu', ['region']);
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByRole('alertdialog').waitFor();
    expect([...menu, ...(await violations(page, 'dialog'))]).toEqual([]);
  });

  test('should follow a switch of language at once, and remember it', async () => {
    const { page } = await openConsole(browser);
    await signIn(page);
    await page.getByRole('button', { name: /^Language/ }).click();
    await page.getByRole('menuitemradio', { name: 'Norsk bokmål' }).click();
    await page.getByRole('link', { name: 'Eksporter', exact: true }).first().waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('nb');
    await page.reload();
    await page.getByRole('link', { name: 'Eksporter', exact: true }).first().waitFor();
    await page.waitForFunction(() => document.title === 'Hjem · Audience Relay');
  });

  test('should end the sign-in in every tab', async () => {
    const { page } = await openConsole(browser);
    await signIn(page);
    const other = await page.context().newPage();
    await other.goto(`${system.url}/runs`);
    await other.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    await page.getByRole('region', { name: 'Your account' }).getByRole('button').last().click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await other.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});

async function onSignInPage(page: Page): Promise<string[]> {
  await page.goto(`${system.url}/sign-in`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return violations(page, 'sign in');
}

async function look(page: Page, name: string, path: string): Promise<string[]> {
  await page.goto(system.url + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector('main mat-progress-bar') === null);
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return [...(await violations(page, name)), ...(tooWide > 0 ? [`${name}: ${tooWide} px too wide`] : [])];
}

async function violations(page: Page, name: string, without: string[] = []): Promise<string[]> {
  // One page without frames: what the other mode does for frames costs a new tab each time.
  const { violations: all } = await new AxeBuilder({ page }).setLegacyMode().disableRules(without).analyze();
  return all.map(
    ({ id, nodes }) => `${name}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
}
