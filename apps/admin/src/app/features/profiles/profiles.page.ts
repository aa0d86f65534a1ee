import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { RouterLink } from '@angular/router';
import {
  Api,
  listProfileFields,
  listProfiles,
  ListProfiles$Params,
  ProfileDto,
  ProfileFieldDto,
} from '@audience-relay/api-client';
import { Column, DataTableCell, EmptyState, PageHeader } from '@audience-relay/ui';
import { Session } from '../../core/auth/session';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { Time } from '../../shared/time';
import { fieldText } from './field-text';
import { recognisableFields } from './recognisable-fields';
import { Loaded } from '../../core/http/loaded';
import { LoadState } from '../../shared/load-state';

/** As many columns as can be read beside each other. */
const shownFieldCount = 4;

@Component({
  selector: 'ar-profiles-page',
  imports: [
    DataTableCell,
    EmptyState,
    ListTable,
    LoadState,
    MatButton,
    MatIcon,
    PageHeader,
    RouterLink,
    Time,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './profiles.page.html',
})
export class ProfilesPage {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly session = inject(Session);

  protected readonly fields = new Loaded({ loader: () => this.#api.invoke(listProfileFields) });
  protected readonly list = new PagedList<ProfileDto, ListProfiles$Params>(
    (query) => this.#api.invoke(listProfiles, query),
    { sort: 'id' },
  );
  protected readonly shownFields = computed(() =>
    recognisableFields(this.fields.value()?.items ?? [], shownFieldCount),
  );
  protected readonly columns = computed<Column[]>(() => [
    { key: 'id', label: this.texts.t('profiles.column.id'), sortable: true },
    ...this.shownFields().map(({ key, label }) => ({ key: `field.${key}`, label })),
    { key: 'updatedAt', label: this.texts.t('profiles.column.updated'), sortable: true },
  ]);

  protected value(profile: ProfileDto, { key, type }: ProfileFieldDto): string {
    return fieldText(profile.fields[key], type, this.texts, this.formats);
  }
}
