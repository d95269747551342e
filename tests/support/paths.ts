import { join, resolve } from 'node:path';

/** The folder of the checkout. */
export const root = resolve(import.meta.dirname, '..', '..');

/** The programs as they are built and shipped. */
export const programs = {
  epic: join(root, 'dist', 'epic.mjs'),
  server: join(root, 'dist', 'server', 'main.js'),
};
