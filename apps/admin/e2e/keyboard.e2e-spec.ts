import { type Browser, expect, type Page, test } from '@playwright/test';
import { launch, openConsole } from './support/console';
import { type Demo, makeDemo } from './support/demo';
import { Rest } from './support/rest';
import { system } from './support/system';

/** No mouse: Tab until the named element has the focus. */
async function tabTo(page: Page, name: RegExp | string): Promise<void> {
  for (let steps = 0; steps < 60; steps++) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      const named = element as HTMLInputElement | null;
      return (
        element?.getAttribute('aria-label') ??
        named?.labels?.[0]?.textContent ??
        element?.textContent ??
        ''
      ).trim();
    });
    if (typeof name === 'string' ? label === name : name.test(label)) return;
  }
  throw new Error(`Tab never came to ${String(name)}.`);
}

/** Each goes on where the one before it has ended. */
test.describe.configure({ mode: 'serial' });

test.describe('the console by keyboard alone', () => {
  let browser: Browser;
  let page: Page;
  let demo: Demo;

  test.beforeAll(async () => {
    demo = await makeDemo(await Rest.signIn(), `keys${Date.now()}`);
    browser = await launch();
    ({ page } = await openConsole(browser));
  });
  test.afterAll(() => browser.close());

  test('should sign in', async () => {
    await page.goto(`${system.url}/exports`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await tabTo(page, /^E-mail address/);
    await page.keyboard.type(system.admin.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(system.admin.password);
    await page.keyboard.press('Enter');
    // Back to where one was going, with the focus on its heading.
    await page.waitForURL(/\/exports/);
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  });

  test('should skip the navigation', async () => {
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await tabTo(page, 'Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  });

  test('should run an export and follow it to its end', async () => {
    await tabTo(page, /^Search name/);
    await page.keyboard.type(demo.tag);
    await page.getByRole('row', { name: new RegExp(demo.export.name) }).waitFor();
    await tabTo(page, `Run ${demo.export.name}`);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/runs\//);
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
    await page.getByText('Succeeded').first().waitFor({ timeout: 60_000 });
  });

  test('should hold the focus in a dialog and give it back', async () => {
    await page.goto(`${system.url}/exports/${demo.export.id}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await tabTo(page, 'Remove');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('alertdialog');
    await dialog.waitFor();
    await page.waitForFunction(() => document.activeElement?.closest('[role=alertdialog]'));
    for (let steps = 0; steps < 5; steps++) {
      await page.keyboard.press('Tab');
      expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.textContent?.trim() === 'Remove');
  });
});
