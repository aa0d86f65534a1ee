import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MatCheckbox } from '@angular/material/checkbox';
import { MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatIcon } from '@angular/material/icon';
import { MatInput } from '@angular/material/input';
import { MatSelectModule } from '@angular/material/select';
import {
  dateParts,
  FieldValue,
  operandOf,
  operatorsOfType,
  PeriodUnit,
  periodUnits,
  RuleCondition,
  RuleOperator,
} from '@audience-relay/contracts';
import { ProfileFieldDto } from '@audience-relay/api-client';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import {
  canBeRelative,
  canIgnoreCase,
  parseList,
  parseValue,
  RelativeDate,
  relativeOf,
  relativeText,
  relativeUnits,
  shapeOf,
  withField,
  withOperator,
} from './edit-rule';

/** One comparison: field, operator, and the inputs that the two ask for. */
@Component({
  selector: 'ar-rule-condition-editor',
  imports: [MatCheckbox, MatFormField, MatHint, MatIcon, MatIconButton, MatInput, MatLabel, MatSelectModule],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './rule-condition-editor.html',
  styleUrl: './rule-condition-editor.scss',
})
export class RuleConditionEditor {
  protected readonly texts = inject(Texts);
  readonly #formats = inject(Formats);
  readonly condition = input.required<RuleCondition>();
  readonly fields = input.required<readonly ProfileFieldDto[]>();
  readonly conditionChange = output<RuleCondition>();
  readonly remove = output();

  protected readonly field = computed(() => this.fields().find(({ key }) => key === this.condition().field));
  protected readonly type = computed(() => this.field()?.type ?? 'text');
  protected readonly operators = computed<readonly RuleOperator[]>(() => operatorsOfType[this.type()]);
  protected readonly shape = computed(() => shapeOf(this.condition().operator));
  protected readonly caseMatters = computed(() => canIgnoreCase(this.type(), this.condition().operator));
  protected readonly inputType = computed(() =>
    this.type() === 'number' ? 'number' : this.type() === 'date' ? 'date' : 'text',
  );
  protected readonly units = periodUnits;
  protected readonly relativeUnits = relativeUnits;
  protected readonly operand = computed(() => operandOf[this.condition().operator]);
  protected readonly mayBeRelative = computed(() => canBeRelative(this.type(), this.condition().operator));
  protected readonly relative = computed(() => relativeOf(this.condition().value));
  /** Months or weekdays, with the words for them. */
  protected readonly choices = computed(() => {
    const operand = this.operand();
    if (operand !== 'months' && operand !== 'weekdays') return [];
    const { min, max } = dateParts[operand];
    const numbers = Array.from({ length: max - min + 1 }, (_, index) => min + index);
    return numbers.map((number) => ({
      number,
      label: operand === 'months' ? this.#formats.month(number) : this.#formats.weekday(number),
    }));
  });
  protected readonly single = computed(() => shown(this.condition().value));
  protected readonly pair = computed(() => {
    const { value } = this.condition();
    return Array.isArray(value) ? [shown(value[0]), shown(value[1])] : ['', ''];
  });
  protected readonly list = computed(() => {
    const { value } = this.condition();
    return Array.isArray(value) ? value.map(shown).join(', ') : '';
  });

  protected chooseField(key: string): void {
    const field = this.fields().find((candidate) => candidate.key === key);
    if (field) this.conditionChange.emit(withField(this.condition(), field));
  }

  protected chooseOperator(operator: RuleOperator): void {
    this.conditionChange.emit(withOperator(this.condition(), operator, this.type()));
  }

  protected typeValue(typed: string): void {
    this.#set(parseValue(typed, this.type()));
  }

  protected typeList(typed: string): void {
    this.#set(parseList(typed, this.operand() === 'values' ? this.type() : 'number'));
  }

  protected typePair(index: 0 | 1, typed: string): void {
    const { value } = this.condition();
    const pair: FieldValue[] = Array.isArray(value) ? [value[0] ?? null, value[1] ?? null] : [null, null];
    pair[index] = parseValue(typed, this.type());
    this.#set(pair);
  }

  protected chooseTruth(value: boolean): void {
    this.#set(value);
  }

  protected ignoreCase(ignoreCase: boolean): void {
    const { field, operator, value } = this.condition();
    this.conditionChange.emit({ field, operator, value, ...(ignoreCase && { ignoreCase }) });
  }

  protected ignoreAccents(ignoreAccents: boolean): void {
    const { field, operator, value } = this.condition();
    this.conditionChange.emit({
      ...{ field, operator, value, ignoreCase: true },
      ...(ignoreAccents && { ignoreAccents }),
    });
  }

  protected typeCount(typed: string): void {
    this.#set(parseValue(typed, 'number'));
  }

  protected chooseUnit(unit: PeriodUnit): void {
    this.conditionChange.emit({ ...this.condition(), unit });
  }

  protected chooseNumbers(numbers: number[]): void {
    this.#set([...numbers].sort((a, b) => a - b));
  }

  protected useRelative(isRelative: boolean): void {
    this.#set(isRelative ? 'today' : null);
  }

  protected setRelative(part: Partial<RelativeDate>): void {
    this.#set(relativeText({ ...(this.relative() ?? { offset: 0, unit: 'd' }), ...part }));
  }

  protected typeOffset(typed: string): void {
    this.setRelative({ offset: Math.max(-9_999, Math.min(9_999, Math.trunc(Number(typed)) || 0)) });
  }

  #set(value: FieldValue | FieldValue[]): void {
    this.conditionChange.emit({ ...this.condition(), value });
  }
}

function shown(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
