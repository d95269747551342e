// A spreadsheet runs a cell that begins with a sign; the full-width forms too. Where it splits lines at semicolons or tabs,
// as in France, the quotation marks of a cell that holds one do not keep it together: a cell of its own begins after each
// separator and line break, and perhaps a quotation mark.
const sign = '[=+\\-@\\uff1d\\uff0b\\uff0d\\uff20]';
const start = '(?:^|[;\\t\\r\\n]"*)';

// An apostrophe that stood there before gets another one, for an import to take off one of them.
const unguarded = new RegExp(`^(?='*[\\t\\r\\n])|(?='*${sign})(?<=${start})`, 'g');
const guarded = new RegExp(`^'(?='*[\\t\\r\\n])|'(?='*${sign})(?<=${start}')`, 'g');

/** The text of a CSV cell with an apostrophe before everything that a spreadsheet would run as a formula. */
export const guardFormulas = (text: string) => text.replace(unguarded, "'");

/** The text without the apostrophes of `guardFormulas`. */
export const withoutGuards = (text: string) => text.replace(guarded, '');
