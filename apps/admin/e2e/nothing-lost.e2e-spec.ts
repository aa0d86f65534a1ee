import { type Browser, expect, type Page, test } from '@playwright/test';
import { launch, openConsole, signIn } from './support/console';
import { type Demo, makeDemo } from './support/demo';
import { Rest } from './support/rest';
import { system } from './support/system';

/** What somebody has typed outlives what happens around it. */
test.describe('nothing is lost', () => {
  let browser: Browser;
  let page: Page;
  let demo: Demo;

  test.beforeAll(async () => {
    demo = await makeDemo(await Rest.signIn(), `kept${Date.now()}`);
    browser = await launch();
  });
  test.beforeEach(async () => {
    ({ page } = await openConsole(browser));
    await signIn(page);
  });
  test.afterEach(() => page.context().close());
  test.afterAll(() => browser.close());

  const refuse = async (status: number) => {
    await page.route('**/api/v1/**', (route) =>
      route.fulfill({ status, contentType: 'application/problem+json', body: '{}' }),
    );
  };

  test('should ask for the password over the page when the session ends, and go on', async () => {
    await page.goto(`${system.url}/segments/new`);
    await page.getByLabel('Name').first().fill(`Half done ${demo.tag}`);
    await page.getByRole('button', { name: 'Save' }).waitFor();
    await refuse(401);
    await page.getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign in again to go on' });
    await dialog.waitFor();
    // Whoever comes by sees nothing of the page.
    expect(await page.locator('main').isVisible()).toBe(false);
    await page.keyboard.press('Escape');
    await page.unroute('**/api/v1/**');
    await dialog.getByLabel('Password').fill(system.admin.password);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    // The request that was refused is made again, with what had been typed.
    await page.getByRole('heading', { level: 1, name: `Half done ${demo.tag}` }).waitFor();
  });

  test('should stay signed in when a page is loaded while the API is not ready', async () => {
    await refuse(503);
    await page.reload();
    await page.getByText('Audience Relay is not ready').waitFor();
    await page.unroute('**/api/v1/**');
    await page.getByRole('heading', { level: 1, name: /^Hello/ }).waitFor();
  });

  test('should ask before a half-written form is reloaded, and not once it is saved', async () => {
    await page.goto(`${system.url}/exports/${demo.export.id}/edit`);
    await page.getByLabel('Name of the export').fill('Something else');
    const asked = new Promise<string>((resolve) =>
      page.once('dialog', (dialog) => {
        resolve(dialog.type());
        void dialog.accept();
      }),
    );
    await page.reload();
    expect(await asked).toBe('beforeunload');
    await page.getByLabel('Name of the export').waitFor();
    page.once('dialog', () => {
      throw new Error('There was nothing to ask about.');
    });
    await page.reload();
    await page.getByLabel('Name of the export').waitFor();
  });

  test('should give the focus back to the row whose menu opened a dialog', async () => {
    await page.goto(`${system.url}/exports?search=${demo.tag}`);
    const button = page.getByRole('button', { name: `Actions for ${demo.export.name}` });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Remove' }).press('Enter');
    await page.getByRole('alertdialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await button.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');
  });
});
