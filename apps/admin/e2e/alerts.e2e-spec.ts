import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { type Complaints, launch, openConsole, signIn } from './support/console';
import { makeDemo } from './support/demo';
import { Rest, until } from './support/rest';
import { system } from './support/system';

/** Each goes on where the one before it has ended. */
test.describe.configure({ mode: 'serial' });

test.describe('alerts in the console', () => {
  const received: string[] = [];
  let rest: Rest;
  let receiver: Server;
  let browser: Browser;
  let page: Page;
  let complaints: Complaints;

  test.beforeAll(async () => {
    rest = await Rest.signIn();
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        received.push(body);
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    browser = await launch();
    ({ page, complaints } = await openConsole(browser));
    await signIn(page);
  });
  test.afterAll(async () => {
    await browser.close();
    const { version } = await rest.send<{ version: number }>('GET', '/settings/alerts');
    await rest.send('PUT', '/settings/alerts', { json: { version, email: null, webhook: null } });
    receiver.closeAllConnections();
    receiver.close();
  });

  test('should say at the fields what is missing', async () => {
    await page.getByRole('link', { name: 'Alerts', exact: true }).click();
    await page.getByRole('link', { name: 'Where alerts go' }).click();
    await page.getByRole('checkbox', { name: 'Send e-mail through SendGrid' }).check();
    await page.getByLabel('Recipients').fill('nobody');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Enter 1 to 20 different e-mail addresses').waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('formcontrolname') === 'from');
    await page.getByRole('checkbox', { name: 'Send e-mail through SendGrid' }).uncheck();
  });

  test('should send a test by the webhook, and say when it does not arrive', async () => {
    const { port } = receiver.address() as AddressInfo;
    await page.getByRole('checkbox', { name: 'Post to a webhook' }).check();
    await page.getByLabel('Address', { exact: true }).fill(`http://127.0.0.1:${port}/alerts`);
    await page.getByLabel('Signing secret').fill('sixteen characters at least');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('checkbox', { name: 'Stop signing' }).waitFor();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('The test arrived').waitFor();
    expect(received.join()).toContain('This is a test');

    // A kept secret goes to no other address, so it is entered with each.
    await page.getByLabel('Address', { exact: true }).fill('http://127.0.0.1:9/alerts');
    await page.getByLabel('Signing secret').fill('sixteen characters at least');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').first().waitFor();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('Webhook does not work').waitFor();
    await page.getByLabel('Address', { exact: true }).fill(`http://127.0.0.1:${port}/alerts`);
    await page.getByLabel('Signing secret').fill('sixteen characters at least');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The test arrived').waitFor({ state: 'detached' });
  });

  test('should list an export that began to fail, with how it was told', async () => {
    const { export: made } = await makeDemo(rest, `alert${Date.now()}`);
    const { version } = await rest.send<{ version: number }>('GET', `/exports/${made.id}`);
    await rest.send('PATCH', `/exports/${made.id}`, { json: { version, hardLimit: 1 } });
    await rest.send('POST', `/exports/${made.id}/runs`);
    await until('the alert', async () => received.some((body) => body.includes(made.name)));
    await page.getByRole('link', { name: 'Alerts', exact: true }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Alerts', exact: true }).waitFor();
    await page.getByRole('searchbox', { name: 'Search export or message' }).fill(made.name);
    await page.getByRole('row', { name: new RegExp(`Fails.*${made.name}.*Webhook.*Sent`) }).waitFor();
    await page.getByRole('link', { name: 'Show the run' }).first().click();
    await page.getByText('Skipped').first().waitFor();
  });

  test('should have left its changes in the audit, by name and without values', async () => {
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
    await page.getByRole('combobox', { name: 'On' }).click();
    await page.getByRole('option', { name: 'Alerts' }).click();
    await page
      .getByRole('row', { name: /Changed where alerts go.*e-mail and webhook/ })
      .first()
      .waitFor();
    expect(await page.locator('main').textContent()).not.toContain('127.0.0.1');
    expect(complaints.all()).toEqual([]);
  });
});

test.describe('one’s own password', () => {
  let browser: Browser;

  test.beforeAll(async () => {
    browser = await launch();
  });
  test.afterAll(() => browser.close());

  test('should be changed by keyboard, with what is wrong said at the field', async () => {
    const rest = await Rest.signIn();
    const email = `kari.${Date.now()}@example.com`;
    const first = 'a fine long sentence';
    await rest.send('POST', '/users', { json: { email, name: 'Kari', role: 'viewer', password: first } });
    const { page } = await openConsole(browser);
    await page.goto(`${system.url}/sign-in`);
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill(first);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${system.url}/home`);

    await page.getByRole('button', { name: 'Kari' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Change password' }).waitFor();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await page.waitForFunction(() => document.activeElement?.closest('mat-dialog-container'));
    await page.keyboard.type('not this one');
    await page.keyboard.press('Tab');
    await page.keyboard.type('passwordpassword');
    await page.keyboard.press('Tab');
    await page.keyboard.type('another');
    await page.keyboard.press('Enter');
    await dialog.getByText('This is not the same as the new password.').waitFor();

    await dialog.getByLabel('New password again').fill('passwordpassword');
    await page.keyboard.press('Enter');
    await dialog.getByText('This is not your password.').waitFor();
    await dialog.getByLabel('Current password').fill(first);
    await page.keyboard.press('Enter');
    await dialog.getByText('This password is one of the first that others would try.').waitFor();
    await dialog.getByLabel('New password', { exact: true }).fill('quite another sentence');
    await dialog.getByLabel('New password again').fill('quite another sentence');
    await page.keyboard.press('Enter');
    await page.getByText('Your password is changed.').waitFor();
    const again = await fetch(`${system.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password: 'quite another sentence' }),
    });
    expect(again.ok).toBe(true);
  });
});
