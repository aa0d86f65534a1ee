import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatFormField, MatLabel } from '@angular/material/form-field';
import { MatSelectModule } from '@angular/material/select';
import { RouterLink } from '@angular/router';
import { Api, AuditEntryDto, listAudit, ListAudit$Params, listUsers } from '@audience-relay/api-client';
import { Column, DataTableCell, EmptyState, PageHeader } from '@audience-relay/ui';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { Time } from '../../shared/time';
import { Loaded } from '../../core/http/loaded';
import { everyPage } from '../../shared/list/every-page';

/** What changes are made to, in the order of the navigation, and where one of them is shown. */
const subjects = {
  exports: '/exports',
  runs: '/runs',
  segments: '/segments',
  profiles: null,
  imports: '/profiles/imports',
  fields: null,
  refreshes: '/schedule/refreshes',
  schedule: null,
  alerts: null,
  connections: '/connections',
  users: null,
  'api-keys': null,
  auth: null,
} as const;

type Subject = keyof typeof subjects;

type Filter = Pick<ListAudit$Params, 'userId' | 'subjectId'> & { subject?: Subject };

/** Who changed what, and when. */
@Component({
  selector: 'ar-audit-page',
  imports: [
    DataTableCell,
    EmptyState,
    ListTable,
    MatButton,
    MatFormField,
    MatLabel,
    MatSelectModule,
    PageHeader,
    RouterLink,
    Time,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './audit.page.html',
})
export class AuditPage {
  readonly #api = inject(Api);
  readonly #formats = inject(Formats);
  protected readonly texts = inject(Texts);
  protected readonly subjects = Object.keys(subjects) as Subject[];
  protected readonly filter = signal<Filter>({});
  protected readonly filtered = computed(() => Object.values(this.filter()).some((value) => value));
  protected readonly users = new Loaded({
    loader: () => everyPage((query) => this.#api.invoke(listUsers, { ...query, sort: 'name' })),
  });

  protected readonly list = new PagedList<AuditEntryDto, ListAudit$Params>(
    (query) => this.#api.invoke(listAudit, { ...query, ...this.filter() }),
    { sort: '-at', dependsOn: () => this.filter() },
  );
  protected readonly columns = computed<Column[]>(() => [
    { key: 'at', label: this.texts.t('audit.column.at'), sortable: true },
    { key: 'user', label: this.texts.t('audit.column.user') },
    { key: 'action', label: this.texts.t('audit.column.action'), sortable: true },
    { key: 'members', label: this.texts.t('audit.column.members') },
    { key: 'subject', label: this.texts.t('audit.column.subject') },
    { key: 'actions', label: this.texts.t('ui.actions'), hideLabel: true },
  ]);

  protected narrow(part: Filter): void {
    this.filter.update((filter) => ({ ...filter, ...part }));
  }

  /** Newer operations than this console knows are shown by the name that the API gives them. */
  protected actionText(action: string): string {
    return this.texts.find(`audit.action.${action}`) ?? action;
  }

  protected membersText(members: string[]): string {
    return this.#formats.list(members.map((member) => this.texts.find(`audit.member.${member}`) ?? member));
  }

  /** Where what was changed is shown; null where there is no such page, or nothing left to show. */
  protected linkOf({ action, subject, subjectId }: AuditEntryDto): string[] | null {
    const path = subject in subjects ? subjects[subject as Subject] : null;
    return path === null || subjectId === null || action.startsWith('remove') ? null : [path, subjectId];
  }
}
