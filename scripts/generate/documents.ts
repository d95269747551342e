import { readDataModel } from '../../src/server/data-model/catalogue.ts';
import { dataModelDocument } from '../../src/server/data-model/document.ts';
import { markdownOf } from '../../src/server/document/markdown.ts';
import { matrixDocument } from '../../src/server/policies/matrix/document.ts';
import { readMatrix, select } from '../../src/server/policies/matrix/matrix.ts';
import { withConnection } from '../../src/server/policies/suite/server.ts';
import type { GeneratedFile } from './generated-file.ts';

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
  ]);
}
