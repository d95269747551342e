import { type Block, code, heading, paragraph } from '../../document/block.ts';
import type { Matrix, Selection } from './matrix.ts';
import { overviewBlocks } from './overview.ts';
import { recordBlocks } from './record.ts';
import {
  functionBlocks,
  holdingBlocks,
  newObjectBlocks,
  newTableBlocks,
  wayAroundBlocks,
} from './sections.ts';
import { isExposed, schemasOf } from './words.ts';

/** The matrix as a page: an overview, every record in detail, and what there is besides records. */
export function matrixDocument({ matrix, shown }: Selection): Block[] {
  return [
    heading(1, 'Who may do what'),
    paragraph(
      'This page is the output of `epic-server policies matrix`: it is read from the catalogue of a ' +
        'database, not written by hand. The same, in psql: `select * from dba.access_matrix`.',
    ),
    ...(matrix.records.length > 1 ? [{ kind: 'contents' as const }] : []),
    ...overviewBlocks(matrix, shown),
    ...exposedRecords(matrix),
    ...internalTables(matrix),
    ...newTableBlocks(matrix),
    ...functionBlocks(matrix),
    ...wayAroundBlocks(matrix),
    ...holdingBlocks(matrix),
    ...newObjectBlocks(matrix),
  ];
}

function exposedRecords(matrix: Matrix): Block[] {
  const records = matrix.records.filter(isExposed);
  if (records.length === 0) return [];
  return [
    heading(2, 'Records of the API'),
    paragraph('The tables and views of schema `crm`, which the API exposes as far as is granted.'),
    ...records.flatMap((record) => recordBlocks(matrix, record)),
  ];
}

function internalTables(matrix: Matrix): Block[] {
  const records = matrix.records.filter((record) => !isExposed(record));
  if (records.length === 0) return [];
  const schemas = schemasOf(records).map(code).join(', ');
  return [
    heading(2, 'Internal tables'),
    paragraph(
      `Not exposed: the API reaches the tables of ${schemas} only through functions and views of \`crm\`, and under the ` +
        'policies below.',
    ),
    ...records.flatMap((record) => recordBlocks(matrix, record)),
  ];
}
