import { type Migration, updateEach } from './migration';

interface Node {
  operator?: string;
  value?: unknown;
  conditions?: Node[];
}

/** `withinLastDays: 7` meant today and the seven days before; `withinLast` counts today as the first day. */
function rewritten(node: Node): Node {
  if (Array.isArray(node.conditions)) return { ...node, conditions: node.conditions.map(rewritten) };
  if (node.operator !== 'withinLastDays') return node;
  const value = typeof node.value === 'number' ? Math.min(node.value + 1, 9_999) : node.value;
  return { ...node, operator: 'withinLast', value, unit: 'day' } as Node;
}

export const countTodayInLastDays: Migration = {
  number: 1,
  name: 'count-today-in-last-days',
  up: (context) =>
    updateEach(context, 'segments', { paths: ['rule'] }, ({ rule }) => {
      const hasOld = JSON.stringify(rule).includes('"withinLastDays"');
      return hasOld ? { $set: { rule: rewritten(rule as Node) } } : null;
    }),
};
