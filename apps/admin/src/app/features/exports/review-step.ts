import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import {
  Api,
  CreateExportDto,
  DestinationDto,
  previewNewExport,
  ProfileFieldDto,
} from '@audience-relay/api-client';
import { Loaded } from '../../core/http/loaded';
import { TextKey } from '../../core/i18n/text-key';
import { Texts } from '../../core/i18n/texts';
import { SpecTexts } from '../../shared/fields/spec-texts';
import { LoadState } from '../../shared/load-state';
import { scheduleWords } from '../../shared/schedule/schedule-words';
import { DryRun } from './dry-run';

interface Line {
  label: TextKey;
  text: string;
  /** The step where it is changed. */
  step: number;
}

/** An export in words before it is saved, each with the way to change it, and what its run would send. */
@Component({
  selector: 'ar-review-step',
  imports: [DryRun, LoadState, MatButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <dl>
      @for (line of lines(); track line.label) {
        <div>
          <dt>{{ texts.t(line.label) }}</dt>
          <dd>{{ line.text }}</dd>
          <dd>
            <button
              matButton
              type="button"
              [attr.aria-label]="texts.t('exportForm.changeName', { name: texts.t(line.label) })"
              (click)="edit.emit(line.step)"
            >
              {{ texts.t('exportForm.change') }}
            </button>
          </dd>
        </div>
      }
    </dl>
    <section>
      <h2>{{ texts.t('export.preview.title') }}</h2>
      <p class="muted">{{ texts.t('exportForm.reviewLead') }}</p>
      <ar-load-state [of]="preview" />
      @if (preview.value(); as preview) {
        <ar-dry-run [preview]="preview" />
      }
    </section>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 16px;
    }
    dl {
      margin: 0;
    }
    dl div {
      display: grid;
      grid-template-columns: minmax(100px, 1fr) minmax(0, 3fr) auto;
      align-items: center;
      gap: 4px 16px;
      min-height: 44px;
      border-bottom: 1px solid var(--mat-sys-outline-variant);
    }
    dt {
      color: var(--mat-sys-on-surface-variant);
    }
    dd {
      margin: 0;
      overflow-wrap: anywhere;
    }
    h2 {
      margin: 0;
      font: var(--mat-sys-title-medium);
    }
    p {
      margin: 4px 0 12px;
    }
    @media (max-width: 599px) {
      dl div {
        grid-template-columns: minmax(0, 1fr) auto;
        padding: 6px 0;
      }
      dt {
        grid-column: 1 / -1;
      }
    }
  `,
})
export class ReviewStep {
  readonly #api = inject(Api);
  readonly #words = inject(SpecTexts);
  protected readonly texts = inject(Texts);

  /** Complete, as it would be saved. */
  readonly draft = input.required<CreateExportDto>();
  readonly destination = input.required<DestinationDto>();
  readonly connectionName = input.required<string>();
  readonly segmentNames = input.required<ReadonlyMap<string, string>>();
  readonly profileFields = input.required<readonly ProfileFieldDto[]>();
  /** To the step of this number. */
  readonly edit = output<number>();

  protected readonly preview = new Loaded({
    params: () => this.draft(),
    loader: (body) => this.#api.invoke(previewNewExport, { body }),
  });
  protected readonly lines = computed<Line[]>(() => {
    const { name, mapping, settings, settingsLabels, segmentIds, mode, scope, schedule } = this.draft();
    const destination = this.destination();
    const target = destination.settingsFields.find(({ type }) => type === 'target');
    const list = target ? String(settingsLabels?.[target.key] ?? settings[target.key] ?? '') : '';
    const fields = [
      ...destination.mapping.fields
        .filter(({ key }) => mapping.fields[key])
        .map((field) => [this.#words.label(destination.key, field), mapping.fields[field.key]]),
      ...mapping.custom.map((entry) => [entry.name, entry.source]),
    ];
    const labels = new Map(this.profileFields().map(({ key, label }) => [key, label]));
    const words = scheduleWords(
      { nextRunAt: null, resumes: 'follow', recurrence: null, kind: 'follow', ...schedule },
      this.texts,
    );
    return [
      { label: 'exportForm.name', text: name, step: 0 },
      {
        label: 'exportForm.step.destination',
        text: [destination.name, this.connectionName(), list].filter(Boolean).join(' › '),
        step: 0,
      },
      {
        label: 'exportForm.step.mapping',
        text: fields.map(([to, from]) => `${labels.get(from ?? '') ?? from} → ${to}`).join(', '),
        step: 1,
      },
      {
        label: 'exportForm.step.segments',
        text: segmentIds.map((id) => this.segmentNames().get(id) ?? id).join(', '),
        step: 2,
      },
      {
        label: 'exportForm.step.delivery',
        text: [this.texts.t(`scope.${scope ?? 'changes'}`), this.texts.t(`mode.${mode ?? 'upsert'}`)].join(
          '; ',
        ),
        step: 3,
      },
      { label: 'exportForm.schedule', text: words, step: 3 },
    ];
  });
}
