import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { EmptyState, PageHeader } from '@audience-relay/ui';
import { Texts } from '../../core/i18n/texts';

@Component({
  selector: 'ar-not-found-page',
  imports: [EmptyState, MatButton, PageHeader, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ar-page-header [heading]="texts.t('notFound.title')" />
    <ar-empty-state icon="search" [heading]="texts.t('notFound.heading')" [text]="texts.t('notFound.text')">
      <a matButton="filled" routerLink="/">{{ texts.t('notFound.action') }}</a>
    </ar-empty-state>
  `,
})
export class NotFoundPage {
  protected readonly texts = inject(Texts);
}
