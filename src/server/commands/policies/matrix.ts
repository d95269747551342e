import { withAdminConnection } from '../../database/deploy/admin.ts';
import { matrixDocument } from '../../dba/matrix/document.ts';
import { readMatrix, type Selection, select } from '../../dba/matrix/matrix.ts';
import { matrixTable } from '../../dba/matrix/table.ts';
import { htmlOf } from '../../document/html.ts';
import { markdownOf } from '../../document/markdown.ts';

const printers = {
  table: matrixTable,
  markdown: (selection: Selection) => markdownOf(matrixDocument(selection)),
  html: (selection: Selection) => htmlOf(matrixDocument(selection)),
  json: ({ matrix }: Selection) => `${JSON.stringify(matrix, null, 2)}\n`,
};

/** What `--format` takes. */
export type MatrixFormat = keyof typeof printers;

/** `epic-server policies matrix`: who may do what, from the catalogue. */
export async function printMatrix({
  format,
  ...wanted
}: {
  format: MatrixFormat;
  record?: string;
  role?: string;
}): Promise<void> {
  await withAdminConnection(process.env, async ({ client }) => {
    process.stdout.write(printers[format](select(await readMatrix(client), wanted)));
  });
}
