import { printable } from '../../core/output/text.ts';

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML shows it, in elements and in quoted attributes. */
export const escaped = (text: string) =>
  printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
