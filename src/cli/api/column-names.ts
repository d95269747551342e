/** The database's name of a field of the API: `totalAmount` → `total_amount`. */
export const columnName = (field: string) =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The API's name of a column of the database: `total_amount` → `totalAmount`. */
export const fieldName = (column: string) =>
  column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
