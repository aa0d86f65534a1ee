import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { MatMenuModule } from '@angular/material/menu';
import { Language, languages } from '../core/i18n/languages';
import { Texts } from '../core/i18n/texts';

@Component({
  selector: 'ar-language-switch',
  imports: [MatButton, MatIcon, MatMenuModule],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <button matButton type="button" [matMenuTriggerFor]="menu" [attr.aria-label]="label()">
      <mat-icon svgIcon="language" aria-hidden="true" />{{ all[texts.language()].name }}
    </button>
    <mat-menu #menu="matMenu">
      @for (language of keys; track language) {
        <button
          mat-menu-item
          role="menuitemradio"
          [attr.aria-checked]="language === texts.language()"
          [attr.lang]="language"
          (click)="texts.use(language)"
        >
          {{ all[language].name }}
        </button>
      }
    </mat-menu>
  `,
})
export class LanguageSwitch {
  protected readonly texts = inject(Texts);
  protected readonly all = languages;
  protected readonly keys = Object.keys(languages) as Language[];

  /** The visible name must be part of it, so that voice control finds the button. */
  protected label(): string {
    return `${this.texts.t('shell.language')}: ${this.all[this.texts.language()].name}`;
  }
}
