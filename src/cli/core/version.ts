declare const EPIC_VERSION: string | undefined;

/** The version of this program; the build writes it in. */
export const version = typeof EPIC_VERSION === 'string' ? EPIC_VERSION : 'source';
