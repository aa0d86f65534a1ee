import { ChangeDetectionStrategy, Component, inject, resource, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule } from '@angular/material/dialog';
import { MatRadioModule } from '@angular/material/radio';
import { Api, ExportDto, listConnections } from '@audience-relay/api-client';
import { Texts } from '../../core/i18n/texts';

/** Chooses a connection to the same destination. Closes with its id. */
@Component({
  selector: 'ar-attach-dialog',
  imports: [MatButton, MatDialogModule, MatRadioModule],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2 mat-dialog-title>{{ texts.t('exports.attachDialog.heading', { name: item.name }) }}</h2>
    <mat-dialog-content>
      @if (usable.hasValue() && usable.value().length === 0) {
        <p>{{ texts.t('exports.attachDialog.none') }}</p>
      }
      <mat-radio-group
        [attr.aria-label]="texts.t('export.connection')"
        [value]="chosen()"
        (change)="chosen.set($event.value)"
      >
        @for (connection of usable.value() ?? []; track connection.id) {
          <div>
            <mat-radio-button [value]="connection.id">{{ connection.name }}</mat-radio-button>
          </div>
        }
      </mat-radio-group>
    </mat-dialog-content>
    <mat-dialog-actions align="end">
      <button matButton mat-dialog-close>{{ texts.t('ui.cancel') }}</button>
      <button matButton="filled" [disabled]="!chosen()" [mat-dialog-close]="chosen()">
        {{ texts.t('exports.attach') }}
      </button>
    </mat-dialog-actions>
  `,
})
export class AttachDialog {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly item = inject<ExportDto>(MAT_DIALOG_DATA);
  protected readonly chosen = signal<string | null>(null);
  protected readonly usable = resource({
    loader: async () => {
      const { items } = await this.#api.invoke(listConnections, { limit: 200 });
      return items.filter(({ destination }) => destination === this.item.destination);
    },
  });
}
