import { readDataModel } from '../../src/server/dba/data-model/catalogue.ts';
import { dataModelDocument } from '../../src/server/dba/data-model/document.ts';
import { matrixDocument } from '../../src/server/dba/matrix/document.ts';
import { readMatrix, select } from '../../src/server/dba/matrix/matrix.ts';
import { withConnection } from '../../src/server/dba/test/server.ts';
import { markdownOf } from '../../src/server/document/markdown.ts';
import type { GeneratedFile } from './generated-file.ts';
import { indexesDocument } from './indexes.ts';

/** The documents that are read from the catalogue of a database. */
export function documentsOf(adminUrl: string): Promise<GeneratedFile[]> {
  return withConnection(adminUrl, async (client) => [
    {
      path: 'docs/access-matrix.md',
      content: markdownOf(matrixDocument(select(await readMatrix(client)))),
    },
    {
      path: 'docs/data-model.md',
      content: markdownOf(dataModelDocument(await readDataModel(client))),
    },
    { path: 'docs/indexes.md', content: markdownOf(await indexesDocument(client)) },
  ]);
}
