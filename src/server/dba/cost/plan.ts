/** A node of EXPLAIN (analyze, format json). */
interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Alias?: string;
  'Index Name'?: string;
  'Subplan Name'?: string;
  'Index Cond'?: string;
  Filter?: string;
  'Join Filter'?: string;
  'One-Time Filter'?: string;
  'Rows Removed by Filter'?: number;
  'Actual Rows': number;
  'Actual Loops': number;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: PlanNode[];
}

export interface Explained {
  Plan: PlanNode;
  'Planning Time': number;
  'Execution Time': number;
}

/** What one side of a comparison does: its nodes as text, rows that the statement gives, and blocks that it reads. */
export type PlanSummary = { nodes: string[]; rows: number; blocks: number };

export function summaryOf({ Plan: root }: Explained): PlanSummary {
  return {
    nodes: nodesOf(root),
    rows: root['Actual Rows'],
    blocks: (root['Shared Hit Blocks'] ?? 0) + (root['Shared Read Blocks'] ?? 0),
  };
}

function nodesOf(node: PlanNode): string[] {
  const relation = node['Relation Name'];
  const index = node['Index Name'];
  const filter = node.Filter ?? node['Join Filter'] ?? node['One-Time Filter'];
  const removed = node['Rows Removed by Filter'];
  const text = [
    node['Node Type'],
    relation && `on ${relation}`,
    node.Alias !== undefined && relation !== undefined && node.Alias !== relation && node.Alias,
    index && `using ${index}`,
    node['Subplan Name']?.startsWith('InitPlan') && 'evaluated once',
    filter && `filter ${filter}`,
    `rows ${Math.round(node['Actual Rows'] * node['Actual Loops'])}`,
    removed && `removed ${removed * node['Actual Loops']}`,
  ];
  return [text.filter(Boolean).join(' '), ...(node.Plans ?? []).flatMap(nodesOf)].map((line) =>
    line.replace(/InitPlan \d+/g, 'InitPlan').replace(/\(returns \$\d+\)|\$\d+/g, 'InitPlan'),
  );
}

/** The nodes of one plan that the other does not have. */
export function nodesOnlyIn(one: PlanSummary, other: PlanSummary): string[] {
  const others = [...other.nodes];
  return one.nodes.filter((node) => {
    const found = others.indexOf(node);
    if (found >= 0) others.splice(found, 1);
    return found < 0;
  });
}
