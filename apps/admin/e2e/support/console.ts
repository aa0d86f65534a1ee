import { type Browser, type BrowserContextOptions, chromium, type Page } from '@playwright/test';
import { system } from './system';

export type Language = 'en' | 'nb';

/** What no page may do: complain in the developer tools, or ask another host for anything. */
export interface Complaints {
  all(): string[];
}

export async function launch(): Promise<Browser> {
  return chromium.launch();
}

export async function openConsole(
  browser: Browser,
  options: BrowserContextOptions & { language?: Language } = {},
): Promise<{ page: Page; complaints: Complaints }> {
  const { language = 'en', ...rest } = options;
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: language === 'nb' ? 'nb-NO' : 'en-GB',
    ...rest,
  });
  const page = await context.newPage();
  const found: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) found.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => found.push(`thrown: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(system.url) && !/^(blob|data):/.test(url)) found.push(`external: ${url}`);
  });
  page.setDefaultTimeout(20_000);
  return { page, complaints: { all: () => [...found] } };
}

/** Signs in as a person does, with a mouse. Default: the first administrator. */
export async function signIn(page: Page, { email, password } = system.admin): Promise<void> {
  await page.goto(`${system.url}/sign-in`);
  await page.locator('h1').waitFor();
  await page.locator('input[type=email]').fill(email);
  await page.locator('input[type=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL(`${system.url}/home`);
  await page.locator('main h1').waitFor();
}
