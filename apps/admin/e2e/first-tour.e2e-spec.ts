import { type Browser, expect, type Page, test } from '@playwright/test';
import { type Complaints, launch, openConsole, signIn } from './support/console';
import { withPeople } from './support/demo';
import { Rest } from './support/rest';
import { system } from './support/system';

/** From a first sign-in to a delivery that arrived, by the console alone; only the people are there before. */
/** Each goes on where the one before it has ended. */
test.describe.configure({ mode: 'serial' });

test.describe('the first tour', () => {
  const tag = `tour${Date.now()}`;
  let browser: Browser;
  let page: Page;
  let complaints: Complaints;

  /** On to the next step, and sure to be there: each step has a button of the same name. */
  async function next(step: string): Promise<void> {
    await page.getByRole('button', { name: 'Next' }).locator('visible=true').click();
    await page.getByRole('tab', { name: new RegExp(`${step}$`), selected: true }).waitFor();
  }

  test.beforeAll(async () => {
    await withPeople(await Rest.signIn(), tag);
    browser = await launch();
    ({ page, complaints } = await openConsole(browser));
    await signIn(page);
  });
  test.afterAll(() => browser.close());

  test('should make a connection to the sandbox, and refuse to save without consent', async () => {
    await page.getByRole('link', { name: 'Connections' }).click();
    await page.getByRole('link', { name: 'Add connection' }).first().click();
    await page.getByRole('radio', { name: /^SendGrid/ }).check();
    await page.getByLabel('Display name').fill(`Newsletter account ${tag}`);
    await page.getByLabel('API key').fill('SG.sandbox.full-access');
    await page.getByRole('button', { name: 'More options' }).click();
    await page.getByLabel('Base address').fill(system.sandboxUrl);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('Connected to SendGrid').first().waitFor();

    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Without this, no data may leave.').waitFor();
    await page.getByRole('checkbox', { name: 'I agree' }).check();
    await page.getByLabel(/^Password of/).fill(system.admin.password);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(`${system.url}/connections`);
    await page.getByRole('row', { name: new RegExp(`Newsletter account ${tag}.*Connected`) }).waitFor();
  });

  test('should make an export step by step, with a dry run before anything is saved', async () => {
    await page.getByRole('link', { name: 'Exports', exact: true }).click();
    await page.getByRole('link', { name: 'Add export' }).first().click();
    await page.getByLabel('Name of the export').fill(`First export ${tag}`);
    await page.getByRole('combobox', { name: 'Connection for export' }).click();
    await page.getByRole('option', { name: `Newsletter account ${tag}` }).click();
    // Next with nothing chosen says what is missing, where it is missing.
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Choose one.').waitFor();
    await page.getByLabel('Name of a new one').fill(`New list ${tag}`);
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText(`Chosen: New list ${tag}`).waitFor();
    await next('Mapping');

    // E-mail is chosen by what the profile field means, not by its name.
    await page.getByRole('combobox', { name: 'E-mail' }).getByText('E-mail').waitFor();
    await page.getByRole('button', { name: 'Add attribute' }).click();
    await page.getByRole('menuitem', { name: 'Phone' }).first().click();
    await next('Segments');

    await page.getByLabel('Search segments').fill(tag);
    await page.getByRole('checkbox', { name: `People of ${tag}` }).check();
    await page.getByText('4 people in all').waitFor();
    await next('Delivery');
    await next('Review');

    await page.getByRole('region', { name: 'The request' }).getByText('/v3/marketing/contacts').waitFor();
    expect(await page.locator('pre').textContent()).not.toContain('SG.sandbox');
    await page.getByRole('button', { name: 'Save export' }).click();
    await page.getByRole('heading', { level: 1, name: `First export ${tag}` }).waitFor();
    await page.getByText('This export has not run yet').waitFor();
  });

  test('should run it, show it live, and say who was rejected and skipped, and why', async () => {
    await page.getByRole('button', { name: 'Run', exact: true }).first().click();
    await page.waitForURL(/\/runs\//);
    await page.getByText('Partly rejected').first().waitFor({ timeout: 60_000 });
    await page.getByText('3 of 4 sent, 1 rejected').waitFor();

    await page.getByRole('tab', { name: 'Rejected (1)' }).click();
    await page.getByRole('table', { name: 'Rejected rows' }).getByText(`${tag}-3`).waitFor();
    await page.getByRole('tab', { name: 'Skipped (1)' }).click();
    const skipped = page.getByRole('table', { name: 'Skipped members' });
    await skipped.getByText(`${tag}-4`).waitFor();
    // Masked: nobody's whole address is shown for being refused.
    expect(await page.locator('main').textContent()).not.toContain(`cy.${tag}@example.com`);
  });

  test('should list the run and keep the search in the address', async () => {
    await page.getByRole('link', { name: 'Runs', exact: true }).first().click();
    // The page of one run has a search of its own; this is about the list's.
    await page.getByRole('heading', { level: 1, name: 'Runs', exact: true }).waitFor();
    await page.getByRole('searchbox').fill(tag);
    await page.waitForURL(new RegExp(`search=${tag}`));
    await page.getByRole('row', { name: new RegExp(`First export ${tag}`) }).waitFor();
    await page.reload();
    await page.getByRole('row', { name: new RegExp(`First export ${tag}`) }).waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe(tag);
  });

  test('should have complained of nothing and asked no other host', () => {
    expect(complaints.all()).toEqual([]);
  });
});
