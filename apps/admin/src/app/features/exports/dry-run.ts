import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { ExportPreviewDto } from '@audience-relay/api-client';
import { Notice } from '@audience-relay/ui';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { ReasonTexts } from '../../shared/reason-texts';

/** What a run would do: totals, sample members with what would become of them, and the exact request. */
@Component({
  selector: 'ar-dry-run',
  imports: [Notice],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <dl class="facts">
      <div>
        <dt>{{ texts.t('export.preview.members') }}</dt>
        <dd>{{ formats.number(preview().totals.members) }}</dd>
      </div>
      @for (segment of preview().totals.perSegment; track segment.id) {
        <div>
          <dt>{{ segment.name }}</dt>
          <dd>{{ formats.number(segment.count) }}</dd>
        </div>
      }
      @if (preview().totals.deduplicated > 0) {
        <div>
          <dt>{{ texts.t('export.preview.again') }}</dt>
          <dd>{{ formats.number(preview().totals.deduplicated) }}</dd>
        </div>
      }
    </dl>
    @for (warning of preview().totals.warnings; track warning.code) {
      <ar-notice tone="warning">{{ reasons.say(warning) }}</ar-notice>
    }
    @if (preview().rows.length > 0) {
      <h3>{{ texts.t('export.preview.rows') }}</h3>
      <ul>
        @for (row of preview().rows; track row.profileId) {
          <li>
            <span class="code">{{ row.identity ?? texts.t('export.preview.noIdentity') }}</span>
            @if (row.skipped; as why) {
              <span class="muted">{{ reasons.say(why) }}</span>
            } @else {
              <span class="muted">{{ texts.t('export.preview.sent') }}</span>
            }
            @for (warning of row.warnings; track warning.code) {
              <span class="muted">{{ reasons.say(warning) }}</span>
            }
          </li>
        }
      </ul>
    }
    <h3>{{ texts.t('export.preview.request') }}</h3>
    @if (request(); as request) {
      <!-- Scrolls, so the keyboard must reach it. -->
      <pre tabindex="0" role="region" [attr.aria-label]="texts.t('export.preview.request')">{{
        request
      }}</pre>
    } @else {
      <p class="muted">{{ texts.t('export.preview.nothing') }}</p>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 12px;
    }
    h3 {
      margin: 8px 0 0;
      font: var(--mat-sys-title-small);
    }
    ul {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 16px;
      padding: 4px 0;
    }
    pre {
      max-height: 340px;
      margin: 0;
      padding: 12px 16px;
      overflow: auto;
      border-radius: 8px;
      background: var(--mat-sys-surface-container);
      font-size: 0.8rem;
      line-height: 1.5;
    }
  `,
})
export class DryRun {
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly reasons = inject(ReasonTexts);
  readonly preview = input.required<ExportPreviewDto>();

  protected readonly request = computed(() => {
    const request = this.preview().request;
    if (!request) return null;
    const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
    return [`${request.method} ${request.url}`, ...headers, '', indented(request.body)].join('\n');
  });
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
