// Run by `npm run check`: fails when a package that the server needs at run time has a licence that is not permissive. Those
// in dist/epic.mjs are checked when it is built.

import { isPermissive } from './build/licences.ts';
import { licenceOf, serverSbom } from './build/sbom.ts';

const { components } = await serverSbom();
const refused = components.filter((component) => !isPermissive(licenceOf(component)));
for (const component of refused) {
  const licence = licenceOf(component) ?? 'a licence that SPDX does not have';
  process.stderr.write(`${component['bom-ref']} has ${licence}.\n`);
}
if (refused.length > 0) {
  process.stderr.write('Do without it, or allow its licence in scripts/build/licences.ts.\n');
  process.exitCode = 1;
} else {
  process.stdout.write(`${components.length} packages have permissive licences.\n`);
}
