import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { isRuleGroup, isSegmentCondition, operandOf, RuleNode } from '@audience-relay/contracts';
import { ProfileFieldDto } from '@audience-relay/api-client';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { RelativeDate, relativeOf } from './edit-rule';

/** A rule in words, groups as nested lists. */
@Component({
  selector: 'ar-rule-text',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (group(); as group) {
      <span class="muted">{{ joined() }}</span>
      <ul>
        @for (child of group.conditions; track $index) {
          <li><ar-rule-text [node]="child" [fields]="fields()" [segments]="segments()" /></li>
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
  readonly node = input.required<RuleNode>();
  readonly fields = input.required<readonly ProfileFieldDto[]>();
  readonly segments = input<readonly { id: string; name: string }[]>([]);

  protected readonly group = computed(() => {
    const node = this.node();
    return isRuleGroup(node) ? node : null;
  });
  protected readonly joined = computed(() => this.texts.t(`rule.matches.${this.group()?.match ?? 'all'}`));
  protected readonly sentence = computed(() => {
    const node = this.node();
    if (isRuleGroup(node)) return '';
    if (isSegmentCondition(node)) {
      const name = this.segments().find(({ id }) => id === node.segment)?.name ?? node.segment;
      return `${this.texts.t(`rule.membership.${node.operator}`)} “${name}”`;
    }
    const field = this.fields().find(({ key }) => key === node.field)?.label ?? node.field;
    const values =
      node.value === undefined ? [] : [node.value].flat().map((value) => this.#value(value, node.operator));
    const unit = node.unit ? ` ${this.texts.t(`rule.units.${node.unit}`)}` : '';
    const value = values.length > 0 ? ` ${this.#formats.list(values)}${unit}` : '';
    return `${field} ${this.texts.t(`rule.operators.${node.operator}`)}${value}`;
  });

  #value(value: string | number | boolean | null, operator: keyof typeof operandOf): string {
    const operand = operandOf[operator];
    if (operand === 'months') return this.#formats.month(Number(value));
    if (operand === 'weekdays') return this.#formats.weekday(Number(value));
    if (operand === 'years') return String(value);
    const relative = relativeOf(value);
    if (relative && operand !== 'text') return this.#relative(relative);
    if (typeof value === 'boolean') return this.texts.t(value ? 'ui.yes' : 'ui.no');
    return typeof value === 'number' ? this.#formats.number(value) : `“${value ?? ''}”`;
  }

  #relative({ offset, unit }: RelativeDate): string {
    if (offset === 0) return this.texts.t('rule.today');
    const count = this.#formats.number(Math.abs(offset));
    const key = offset < 0 ? ('rule.beforeToday' as const) : ('rule.afterToday' as const);
    return this.texts.t(key, { count, unit: this.texts.t(`rule.relativeUnits.${unit}`) });
  }
}
