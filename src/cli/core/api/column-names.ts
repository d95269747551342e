/** A field that may have another name in the database than its own. */
interface Named {
  key: string;
  column?: string;
}

/** The database's name of a field of the API: `totalAmount` → `total_amount`. */
export const columnName = (field: string, known: readonly Named[] = []): string =>
  known.find(({ key }) => key === field)?.column ??
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The API's name of a column of the database: `total_amount` → `totalAmount`. */
export const fieldName = (name: string, known: readonly Named[] = []): string =>
  known.find(({ column }) => column === name)?.key ??
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
