import { type Browser, expect, type Page, test } from '@playwright/test';
import { type Complaints, launch, openConsole, signIn } from './support/console';
import { addExport, type Demo, makeDemo } from './support/demo';
import { Rest } from './support/rest';
import { system } from './support/system';

interface Export {
  version: number;
  schedule: { kind: string; recurrence: { time: string } | null };
  segments: { id: string }[];
}

/** Each goes on where the one before it has ended. */
test.describe.configure({ mode: 'serial' });

test.describe('many exports at once', () => {
  const tag = `bulk${Date.now()}`;
  const contributor = { email: `${tag}@example.com`, password: `Never told ${tag}` };
  let rest: Rest;
  let demo: Demo;
  let other: Demo['export'];
  let third: Demo['export'];
  let browser: Browser;
  let page: Page;
  let complaints: Complaints;

  const read = ({ id }: { id: string }) => rest.send<Export>('GET', `/exports/${id}`);
  const segmentsOf = async (item: { id: string }) => (await read(item)).segments.map(({ id }) => id);

  async function open(path: string, heading: string): Promise<void> {
    await page.goto(`${system.url}${path}`);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  }

  async function openList(): Promise<void> {
    await open(`/exports?search=${tag}`, 'Exports');
    await page.getByRole('row', { name: new RegExp(other.name) }).waitFor();
  }

  const row = ({ name }: { name: string }, text: string) =>
    page.getByRole('row', { name: new RegExp(`${name}.*${text}`) }).waitFor();

  async function choose(...items: { name: string }[]): Promise<void> {
    for (const { name } of items) await page.getByRole('checkbox', { name: `Choose ${name}` }).check();
    await page.getByText(`${items.length} chosen`).waitFor();
    await page.getByRole('button', { name: 'Schedule…' }).click();
    await page.getByRole('heading', { name: `Schedules of ${items.length} exports` }).waitFor();
  }

  test.beforeAll(async () => {
    rest = await Rest.signIn();
    demo = await makeDemo(rest, tag);
    other = await addExport(rest, demo, `Offers ${tag}`);
    third = await addExport(rest, demo, `Third ${tag}`);
    const { version } = await read(other);
    const recurrence = { every: 'daily', timeZone: 'Europe/Oslo', time: '08:00' };
    await rest.send('PATCH', `/exports/${other.id}`, {
      json: { version, schedule: { kind: 'own', recurrence } },
    });
    await rest.send('POST', '/users', { json: { ...contributor, name: `Cat ${tag}`, role: 'contributor' } });
    browser = await launch();
    ({ page, complaints } = await openConsole(browser));
    await signIn(page);
  });
  test.afterAll(() => browser.close());

  test('should say schedules in words, and switch the chosen ones off without losing them', async () => {
    await openList();
    await row(demo.export, 'System refresh');
    await row(other, 'Every day at 08:00, Europe/Oslo.*Next run \\d');
    await choose(demo.export, other);
    expect(await page.getByRole('radio', { name: 'Keep individual schedules' }).isChecked()).toBe(true);
    await page.getByRole('radio', { name: 'Off: only when somebody starts it' }).check();
    await page.getByRole('button', { name: 'Set schedules' }).click();
    await row(demo.export, 'Off');
    await row(other, 'Off');
    await row(third, 'System refresh');
    expect((await read(other)).schedule).toMatchObject({ kind: 'off', recurrence: { time: '08:00' } });
    await page.getByText('0 chosen').waitFor();

    await choose(demo.export, other);
    await page.getByRole('button', { name: 'Set schedules' }).click();
    await row(demo.export, 'System refresh');
    await row(other, 'Every day at 08:00, Europe/Oslo');
  });

  test('should define one for all, and name the export for which it could not', async () => {
    await page.getByRole('checkbox', { name: 'Choose all shown' }).check();
    await page.getByText('3 chosen').waitFor();
    await page.getByRole('button', { name: 'Clear the choice' }).click();
    await choose(demo.export, other, third);
    await rest.send('DELETE', `/exports/${third.id}`);
    await page.getByRole('radio', { name: 'Define a new schedule for all' }).check();
    await page.getByText('they will be overridden').waitFor();
    await page.getByRole('radio', { name: 'By its own schedule' }).check();
    await page.getByRole('combobox', { name: 'How often' }).click();
    await page.getByRole('option', { name: 'Every day' }).click();
    await page.getByLabel('Start time').fill('09:15');
    await page.getByRole('combobox', { name: 'Time zone' }).selectOption('Europe/Oslo');
    await page.getByRole('button', { name: 'Set schedules' }).click();

    const notice = page.getByRole('alert').filter({ hasText: 'The schedule of 1 export stays as it was' });
    await notice.getByText(`${third.name}: This export does not exist any more.`).waitFor();
    for (const item of [demo.export, other]) {
      await row(item, 'Every day at 09:15, Europe/Oslo');
      expect((await read(item)).schedule).toMatchObject({ kind: 'own', recurrence: { time: '09:15' } });
    }
    await page.getByRole('row', { name: new RegExp(third.name) }).waitFor({ state: 'detached' });
  });

  test('should add a segment to an export, but not over what someone else changed meanwhile', async () => {
    const { id } = await rest.send<{ id: string }>('POST', '/segments', {
      json: {
        name: `Oslo of ${tag}`,
        rule: { match: 'all', conditions: [{ field: 'team', operator: 'equals', value: tag }] },
      },
    });
    await open(`/segments/${id}`, `Oslo of ${tag}`);
    await page.getByRole('button', { name: 'Manage exports…' }).click();
    const dialog = page.getByRole('dialog');
    const without = dialog.getByRole('region', { name: 'Exports that do not' });
    await dialog.getByRole('searchbox').fill(other.name);
    await without.getByText(other.name).waitFor();
    expect(await without.getByRole('button').count()).toBe(1);

    const { version } = await read(other);
    await rest.send('PATCH', `/exports/${other.id}`, { json: { version, name: `${other.name} now` } });
    const add = without.getByRole('button', { name: `Add this segment to ${other.name}` });
    await add.click();
    await dialog.getByText('so nothing was added').waitFor();
    expect(await segmentsOf(other)).toEqual([demo.segment.id]);
    await add.click();
    const having = dialog.getByRole('region', { name: 'Exports that deliver this segment' });
    await having.getByRole('link', { name: `${other.name} now` }).waitFor();
    expect(await segmentsOf(other)).toEqual([demo.segment.id, id]);

    await dialog.getByRole('link', { name: 'New export with this segment' }).click();
    await page.getByRole('heading', { level: 1, name: 'New export' }).waitFor();
    await page.getByLabel('Name of the export').fill(`From the segment ${tag}`);
    await page.getByRole('combobox', { name: 'Connection for export' }).click();
    await page.getByRole('option', { name: demo.connection.name }).click();
    const next = async (step: string) => {
      await page.getByRole('button', { name: 'Next' }).locator('visible=true').click();
      await page.getByRole('tab', { name: new RegExp(`${step}$`), selected: true }).waitFor();
    };
    await page.getByRole('radio', { name: demo.list.name }).check();
    await next('Mapping');
    await next('Segments');
    await page.getByLabel('Search segments').fill(tag);
    const box = (name: string) => page.getByRole('checkbox', { name });
    await box(`Oslo of ${tag}`).waitFor();
    expect(await box(`Oslo of ${tag}`).isChecked()).toBe(true);
    expect(await box(demo.segment.name).isChecked()).toBe(false);
  });

  test('should not let a contributor choose an export on a connection that is not shared', async () => {
    const { version } = await rest.send<{ version: number }>('GET', `/connections/${demo.connection.id}`);
    const shared = await openConsole(browser);
    await signIn(shared.page, contributor);
    const seen = async () => {
      await shared.page.goto(`${system.url}/exports?search=${tag}`);
      await shared.page.getByRole('row', { name: new RegExp(other.name) }).waitFor();
      return shared.page.getByRole('checkbox', { name: /^Choose/, disabled: false }).count();
    };
    // The two exports, and all of them.
    expect(await seen()).toBe(3);
    await rest.send('PATCH', `/connections/${demo.connection.id}`, {
      json: { version, sharing: 'administrators' },
    });
    expect(await seen()).toBe(0);
    // The browser itself tells of the one refused change above.
    expect(complaints.all()).toEqual([expect.stringContaining('409')]);
    expect(shared.complaints.all()).toEqual([]);
  });
});
