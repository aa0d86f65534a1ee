import { Component, signal } from '@angular/core';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { Column, DataTable } from './data-table';
import { DataTableCell } from './data-table-cell';
import { EmptyState } from './empty-state';
import { provideIcons } from './icons';
import { UI_TEXTS, UiTexts } from './ui-texts';

const texts: UiTexts = {
  ...{
    search: 'Search',
    clearSearch: 'Clear',
    showMore: 'Show more',
    loading: 'Loading',
    cancel: 'No',
    close: 'Close',
  },
  shown: (count, total) => `${count} of ${total}`,
};

@Component({
  imports: [DataTable, DataTableCell, EmptyState],
  template: `
    <ar-data-table
      caption="Towns"
      [columns]="columns"
      [rows]="rows()"
      [loading]="loading()"
      [search]="search()"
      [sort]="sort()"
      [total]="9"
      [hasMore]="true"
      (searchChange)="search.set($event)"
      (sortChange)="sort.set($event)"
      (more)="asked.set(asked() + 1)"
    >
      <ng-template arCell="name" [arCellRows]="rows()" let-row>{{ row.name }}</ng-template>
      <ng-template arCell="size" [arCellRows]="rows()" let-row>{{ row.size }}</ng-template>
      <ar-empty-state arEmpty heading="No towns" />
    </ar-data-table>
  `,
})
class Towns {
  readonly columns: Column[] = [
    { key: 'name', label: 'Name', sortable: true },
    { key: 'size', label: 'Size', align: 'end' },
  ];
  readonly rows = signal([
    { name: 'Oslo', size: 700_000 },
    { name: 'Bodø', size: 50_000 },
  ]);
  readonly loading = signal(false);
  readonly search = signal('');
  readonly sort = signal('name');
  readonly asked = signal(0);
}

describe('DataTable', () => {
  let fixture: ComponentFixture<Towns>;
  let element: HTMLElement;

  beforeEach(async () => {
    TestBed.configureTestingModule({
      providers: [provideIcons(), { provide: UI_TEXTS, useValue: signal(texts) }],
    });
    fixture = TestBed.createComponent(Towns);
    element = fixture.nativeElement as HTMLElement;
    await fixture.whenStable();
  });

  const cells = () => [...element.querySelectorAll('td')].map((cell) => cell.textContent?.trim());

  it('should show each row by the templates of its columns, with labels for narrow screens', () => {
    expect(cells()).toEqual(['Oslo', '700000', 'Bodø', '50000']);
    expect(element.querySelector('td')?.dataset['label']).toBe('Name');
    expect(element.querySelector('table')?.getAttribute('aria-label')).toBe('Towns');
    expect(element.textContent).toContain('2 of 9');
  });

  it('should tell how it is sorted, and turn the order on the second press', async () => {
    const header = element.querySelector('th')!;
    expect(header.getAttribute('aria-sort')).toBe('ascending');
    header.querySelector<HTMLElement>('.mat-sort-header-container')?.click();
    await fixture.whenStable();
    expect(fixture.componentInstance.sort()).toBe('-name');
    expect(header.getAttribute('aria-sort')).toBe('descending');
  });

  it('should pass on what is typed, and clear it', async () => {
    const box = element.querySelector('input')!;
    box.value = 'os';
    box.dispatchEvent(new Event('input'));
    await fixture.whenStable();
    expect(fixture.componentInstance.search()).toBe('os');
    element.querySelector<HTMLElement>('button[aria-label=Clear]')?.click();
    await fixture.whenStable();
    expect(fixture.componentInstance.search()).toBe('');
    expect(document.activeElement === box || !document.body.contains(box)).toBe(true);
  });

  it('should ask for more', () => {
    [...element.querySelectorAll('button')]
      .find((button) => button.textContent?.includes('Show more'))
      ?.click();
    expect(fixture.componentInstance.asked()).toBe(1);
  });

  it('should say that there is nothing only when it is known', async () => {
    fixture.componentInstance.rows.set([]);
    fixture.componentInstance.loading.set(true);
    await fixture.whenStable();
    expect(element.textContent).not.toContain('No towns');
    fixture.componentInstance.loading.set(false);
    await fixture.whenStable();
    expect(element.textContent).toContain('No towns');
    expect(element.querySelector('table')).toBeNull();
  });
});
