import { ruleLimits, type SegmentCondition, type SegmentRule } from '@audience-relay/contracts';

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value.slice(0, ruleLimits.textLength) : '';

/**
 * An unfinished rule in a shape that can be kept and shown again: groups, conditions, plain values, and nothing else.
 * It may still be far from valid.
 */
export function draftRule(rule: unknown): SegmentRule {
  return groupOf(rule, 1);
}

function groupOf(node: unknown, depth: number): SegmentRule {
  const { match, conditions } = (node ?? {}) as Record<string, unknown>;
  const children: unknown[] = Array.isArray(conditions) ? conditions.slice(0, ruleLimits.conditions) : [];
  return {
    match: match === 'any' || match === 'none' ? match : 'all',
    conditions: children.flatMap((child) => {
      if (typeof child !== 'object' || child === null) return [];
      if ('segment' in child) return [membershipOf(child as Record<string, unknown>)];
      if (!('match' in child)) return [conditionOf(child as Record<string, unknown>)];
      return depth < ruleLimits.depth ? [groupOf(child, depth + 1)] : [];
    }),
  };
}

function membershipOf({ segment, operator }: Record<string, unknown>): SegmentCondition {
  return {
    segment: textOf(segment),
    operator: operator === 'notMemberOf' ? operator : 'memberOf',
  };
}

function conditionOf(condition: Record<string, unknown>) {
  const { field, operator, value, unit, ignoreCase, ignoreAccents } = condition;
  return {
    field: textOf(field),
    operator: textOf(operator),
    ...(value !== undefined && { value: valueOf(value) }),
    ...(unit !== undefined && { unit: textOf(unit) }),
    ...(ignoreCase === true && { ignoreCase }),
    ...(ignoreAccents === true && { ignoreAccents }),
  } as SegmentRule['conditions'][number];
}

function valueOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, ruleLimits.listValues).map(plain);
  return plain(value);
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return textOf(value);
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
