import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { ReactiveFormsModule } from '@angular/forms';
import { MatError, MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { Api, ConnectionDto, DestinationDto, ExportDto, listConnections } from '@audience-relay/api-client';
import { Notice } from '@audience-relay/ui';
import { Texts } from '../../core/i18n/texts';
import { FieldsForm } from '../../shared/fields/field-values';
import { SpecFields } from '../../shared/fields/spec-fields';
import { SpecTexts } from '../../shared/fields/spec-texts';
import { ControlTexts } from '../../shared/forms/control-texts';
import { SearchSelect } from '../../shared/forms/search-select';
import { ExportForm } from './export-form';
import { TargetPicker } from './target-picker';

/** Where an export delivers to: its name, its connection, and the list there. */
@Component({
  selector: 'ar-destination-step',
  imports: [
    MatError,
    MatFormField,
    MatHint,
    MatInput,
    MatLabel,
    Notice,
    ReactiveFormsModule,
    SearchSelect,
    SpecFields,
    TargetPicker,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="form">
      <mat-form-field subscriptSizing="dynamic">
        <mat-label>{{ texts.t('exportForm.name') }}</mat-label>
        <input matInput required maxlength="100" autocomplete="off" [formControl]="form().controls.name" />
        <mat-hint>{{ texts.t('exportForm.nameHint') }}</mat-hint>
        <mat-error>{{ errors.error(form().controls.name) }}</mat-error>
      </mat-form-field>
      <ar-search-select
        required
        [label]="texts.t('exportForm.connection')"
        [control]="form().controls.connectionId"
        [search]="search"
        [detail]="destinationName"
        [name]="connection()?.name ?? ''"
        [hint]="existing() ? texts.t('exportForm.connectionFixed') : undefined"
        (chosen)="connectionChosen.emit($event)"
      />
      @if (destination(); as destination) {
        @if (settings(); as settings) {
          @for (spec of targetSpecs(); track spec.key) {
            @if (settings.controls[spec.key]; as control) {
              @if (connection(); as connection) {
                <ar-target-picker
                  [label]="words.label(destination.key, spec)"
                  [connectionId]="connection.id"
                  [canCreate]="destination.capabilities.createTarget"
                  [control]="control"
                  [chosenName]="labels()[spec.key]"
                  (nameChange)="labelled.emit({ key: spec.key, label: $event })"
                />
              } @else {
                <ar-notice tone="warning">{{ texts.t('export.detachedNotice') }}</ar-notice>
              }
            }
          }
          <ar-spec-fields
            [destination]="destination.key"
            [specs]="destination.settingsFields"
            [form]="settings"
          />
        }
      }
    </div>
  `,
})
export class DestinationStep {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly errors = inject(ControlTexts);
  protected readonly words = inject(SpecTexts);

  readonly form = input.required<ExportForm>();
  readonly settings = input.required<FieldsForm | null>();
  readonly existing = input.required<ExportDto | null>();
  readonly destination = input.required<DestinationDto | undefined>();
  readonly connection = input.required<{ id: string; name: string } | null>();
  /** Names of what the settings point at, by key. */
  readonly labels = input.required<Record<string, string>>();
  readonly connectionChosen = output<ConnectionDto | null>();
  readonly labelled = output<{ key: string; label: string }>();

  protected readonly targetSpecs = computed(
    () => this.destination()?.settingsFields.filter(({ type }) => type === 'target') ?? [],
  );
  protected readonly search = (query: { search?: string; limit: number }) =>
    this.#api.invoke(listConnections, { ...query, sort: 'name' });
  protected readonly destinationName = (connection: ConnectionDto) => connection.destinationName;
}
