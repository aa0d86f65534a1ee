import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { FormControl, Validators } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule } from '@angular/material/dialog';
import { Api, ExportDto, listConnections } from '@audience-relay/api-client';
import { Texts } from '../../core/i18n/texts';
import { controlState } from '../../shared/forms/control-state';
import { SearchSelect } from '../../shared/forms/search-select';

/** Chooses a connection to the same destination. Closes with its id. */
@Component({
  selector: 'ar-attach-dialog',
  imports: [MatButton, MatDialogModule, SearchSelect],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2 mat-dialog-title>{{ texts.t('exports.attachDialog.heading', { name: item.name }) }}</h2>
    <mat-dialog-content class="form">
      <ar-search-select
        required
        [label]="texts.t('exportForm.connection')"
        [control]="connectionId"
        [search]="search"
        [hint]="texts.t('exports.attachDialog.hint')"
      />
    </mat-dialog-content>
    <mat-dialog-actions align="end">
      <button matButton mat-dialog-close>{{ texts.t('ui.cancel') }}</button>
      <button matButton="filled" [disabled]="!state()?.value" [mat-dialog-close]="state()?.value">
        {{ texts.t('exports.attach') }}
      </button>
    </mat-dialog-actions>
  `,
})
export class AttachDialog {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly item = inject<ExportDto>(MAT_DIALOG_DATA);
  protected readonly connectionId = new FormControl('', {
    nonNullable: true,
    validators: Validators.required,
  });
  protected readonly state = controlState(() => this.connectionId);
  protected readonly search = (query: { search?: string; limit: number }) =>
    this.#api.invoke(listConnections, { ...query, destination: this.item.destination, sort: 'name' });
}
