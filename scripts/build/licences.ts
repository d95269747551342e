import satisfies from 'spdx-satisfies';

/** What may be released with this project: licences that ask for a notice and nothing else. SPDX identifiers. */
const permissive = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'PSF-2.0',
  'Python-2.0',
];

/** Whether a licence, as an SPDX expression, may be released: `MIT`, `(GPL-3.0-only OR MIT)`. */
export function isPermissive(licence: string | undefined): boolean {
  if (licence === undefined) return false;
  try {
    return satisfies(licence, permissive);
  } catch {
    return false; // not an SPDX expression: `SEE LICENSE IN LICENSE.md`
  }
}
