import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { isRuleGroup, RuleCondition, RuleGroup } from '@audience-relay/contracts';
import { ProfileFieldDto } from '@audience-relay/api-client';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';

/** A rule in words, groups as nested lists. */
@Component({
  selector: 'ar-rule-text',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (group(); as group) {
      <span class="muted">{{ joined() }}</span>
      <ul>
        @for (child of group.conditions; track $index) {
          <li><ar-rule-text [node]="child" [fields]="fields()" /></li>
        }
      </ul>
    } @else {
      {{ sentence() }}
    }
  `,
  styles: `
    ul {
      margin: 4px 0 0;
      padding-left: 20px;
    }
    li {
      padding: 2px 0;
    }
  `,
})
export class RuleText {
  protected readonly texts = inject(Texts);
  readonly #formats = inject(Formats);
  readonly node = input.required<RuleCondition | RuleGroup>();
  readonly fields = input.required<readonly ProfileFieldDto[]>();

  protected readonly group = computed(() => {
    const node = this.node();
    return isRuleGroup(node) ? node : null;
  });
  protected readonly joined = computed(() => this.texts.t(`rule.matches.${this.group()?.match ?? 'all'}`));
  protected readonly sentence = computed(() => {
    const node = this.node();
    if (isRuleGroup(node)) return '';
    const field = this.fields().find(({ key }) => key === node.field)?.label ?? node.field;
    const values = node.value === undefined ? [] : [node.value].flat().map((value) => this.#value(value));
    const value = values.length > 0 ? ` ${this.#formats.list(values)}` : '';
    return `${field} ${this.texts.t(`rule.operators.${node.operator}`)}${value}`;
  });

  #value(value: string | number | boolean | null): string {
    if (typeof value === 'boolean') return this.texts.t(value ? 'ui.yes' : 'ui.no');
    return typeof value === 'number' ? this.#formats.number(value) : `“${value ?? ''}”`;
  }
}
