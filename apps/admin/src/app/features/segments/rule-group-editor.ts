import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatFormField, MatLabel } from '@angular/material/form-field';
import { MatIcon } from '@angular/material/icon';
import { MatSelectModule } from '@angular/material/select';
import {
  GroupMatch,
  groupMatches,
  isRuleGroup,
  isSegmentCondition,
  RuleGroup,
  ruleLimits,
  RuleNode,
  SegmentCondition,
  segmentOperators,
} from '@audience-relay/contracts';
import { ProfileFieldDto } from '@audience-relay/api-client';
import { Texts } from '../../core/i18n/texts';
import { newCondition, newMembership } from './edit-rule';
import { RuleConditionEditor } from './rule-condition-editor';

/** Conditions joined by all, any or none, and groups within the group. Changes nothing in place. */
@Component({
  selector: 'ar-rule-group-editor',
  imports: [MatButton, MatFormField, MatIcon, MatIconButton, MatLabel, MatSelectModule, RuleConditionEditor],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { role: 'group', '[attr.aria-label]': 'label()' },
  templateUrl: './rule-group-editor.html',
  styleUrl: './rule-group-editor.scss',
})
export class RuleGroupEditor {
  protected readonly texts = inject(Texts);
  protected readonly matches = groupMatches;
  protected readonly isGroup = isRuleGroup;
  protected readonly isMembership = isSegmentCondition;
  protected readonly segmentOperators = segmentOperators;

  readonly group = input.required<RuleGroup>();
  readonly fields = input.required<readonly ProfileFieldDto[]>();
  /** That the rule may stand on. */
  readonly segments = input<readonly { id: string; name: string }[]>([]);
  /** 1 for the outermost. */
  readonly depth = input(1);
  readonly groupChange = output<RuleGroup>();
  readonly remove = output();

  protected readonly label = computed(() => this.texts.t('rule.group', { depth: this.depth() }));
  protected readonly canNest = computed(() => this.depth() < ruleLimits.depth);

  protected match(match: GroupMatch): void {
    this.groupChange.emit({ ...this.group(), match });
  }

  protected addCondition(): void {
    this.#set([...this.group().conditions, newCondition(this.fields())]);
  }

  protected addMembership(): void {
    this.#set([...this.group().conditions, newMembership(this.segments())]);
  }

  protected changeMembership(index: number, node: SegmentCondition, change: Partial<SegmentCondition>): void {
    this.replace(index, { ...node, ...change });
  }

  protected addGroup(): void {
    this.#set([...this.group().conditions, { match: 'any', conditions: [newCondition(this.fields())] }]);
  }

  protected replace(index: number, node: RuleNode): void {
    this.#set(this.group().conditions.map((existing, at) => (at === index ? node : existing)));
  }

  protected removeAt(index: number): void {
    this.#set(this.group().conditions.filter((_, at) => at !== index));
  }

  #set(conditions: RuleGroup['conditions']): void {
    this.groupChange.emit({ ...this.group(), conditions });
  }
}
