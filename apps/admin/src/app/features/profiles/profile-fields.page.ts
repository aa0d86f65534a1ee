import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { RouterLink } from '@angular/router';
import { Api, listProfileFields, ProfileFieldDto } from '@audience-relay/api-client';
import { Column, DataTable, DataTableCell, Dialogs, EmptyState, PageHeader } from '@audience-relay/ui';
import { Session } from '../../core/auth/session';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { ProfileFieldDialog } from './profile-field-dialog';
import { Loaded } from '../../core/http/loaded';
import { LoadState } from '../../shared/load-state';

type SortKey = 'label' | 'type' | 'semanticType' | 'filled';

/** What is known about people: the fields of profiles, what they mean and how many have a value. */
@Component({
  selector: 'ar-profile-fields-page',
  imports: [
    DataTable,
    DataTableCell,
    EmptyState,
    LoadState,
    MatButton,
    MatIcon,
    MatIconButton,
    PageHeader,
    RouterLink,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './profile-fields.page.html',
})
export class ProfileFieldsPage {
  readonly #api = inject(Api);
  readonly #dialogs = inject(Dialogs);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly session = inject(Session);

  protected readonly fields = new Loaded({
    loader: async () => (await this.#api.invoke(listProfileFields)).items,
  });
  protected readonly search = signal('');
  protected readonly sort = signal<string>('label');
  protected readonly columns = computed<Column[]>(() => [
    { key: 'label', label: this.texts.t('profileFields.column.label'), sortable: true },
    { key: 'key', label: this.texts.t('profileFields.column.key') },
    { key: 'type', label: this.texts.t('profileFields.column.type'), sortable: true },
    { key: 'semanticType', label: this.texts.t('profileFields.column.meaning'), sortable: true },
    { key: 'filled', label: this.texts.t('profileFields.column.filled'), sortable: true, align: 'end' },
    { key: 'actions', label: this.texts.t('ui.actions'), hideLabel: true },
  ]);
  /** There are a few dozen at most, and the API gives them all at once. */
  protected readonly shown = computed(() => {
    const wanted = this.search().trim().toLowerCase();
    const key = this.sort().replace(/^-/, '') as SortKey;
    const direction = this.sort().startsWith('-') ? -1 : 1;
    return (this.fields.value() ?? [])
      .filter((field) => `${field.label} ${field.key}`.toLowerCase().includes(wanted))
      .sort((a, b) => direction * compare(a[key], b[key]));
  });

  protected async edit(field: ProfileFieldDto): Promise<void> {
    const changed = await this.#dialogs.open<ProfileFieldDto, ProfileFieldDto>(ProfileFieldDialog, {
      data: field,
    });
    if (changed)
      this.fields.update((fields) => fields.map((each) => (each.key === changed.key ? changed : each)));
  }
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}
