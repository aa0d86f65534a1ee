import { type Browser, expect, type Page, test } from '@playwright/test';
import { type Complaints, launch, openConsole, signIn } from './support/console';
import { system } from './support/system';

/** Each goes on where the one before it has ended. */
test.describe.configure({ mode: 'serial' });

test.describe('API keys in the console', () => {
  const name = `Nightly import ${Date.now()}`;
  let browser: Browser;
  let page: Page;
  let complaints: Complaints;
  let key: string;

  const statusWith = async (apiKey: string) =>
    (await fetch(`${system.url}/api/v1/exports`, { headers: { Authorization: `Bearer ${apiKey}` } })).status;

  test.beforeAll(async () => {
    browser = await launch();
    ({ page, complaints } = await openConsole(browser));
    await signIn(page);
  });
  test.afterAll(() => browser.close());

  test('should show a new key once, and keep it from being clicked away', async () => {
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByRole('heading', { level: 1, name: 'API keys' }).waitFor();
    await page.getByRole('button', { name: 'Add API key' }).first().click();
    await page.getByRole('button', { name: 'Make key' }).click();
    await page.getByText('Fill this in.').waitFor();
    await page.getByRole('dialog').getByLabel('Name').fill(name);
    await page.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'Viewer' }).click();
    await page.getByRole('button', { name: 'Make key' }).click();

    const shown = page.getByLabel('API key', { exact: true });
    await shown.waitFor();
    key = await shown.inputValue();
    expect(await shown.evaluate((input) => document.activeElement === input)).toBe(true);
    await page.mouse.click(5, 5);
    await page.keyboard.press('Escape');
    expect(await shown.inputValue()).toBe(key);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('row', { name: new RegExp(`${name}.*${key.slice(-4)}.*Viewer.*Active`) }).waitFor();
    expect(await page.content()).not.toContain(key);
    expect(await statusWith(key)).toBe(200);
  });

  test('should revoke it', async () => {
    await page.getByRole('button', { name: `Revoke ${name}` }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('row', { name: new RegExp(`${name}.*Revoked`) }).waitFor();
    expect(await statusWith(key)).toBe(401);
    expect(complaints.all()).toEqual([]);
  });
});
