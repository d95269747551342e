import { splitHosts } from '../config/hosts.ts';

/** The hosts of one database, of which one takes changes. */
export class Hosts {
  readonly #connectionStrings: readonly [string, ...string[]];
  #nth = 0;

  constructor(connectionString: string) {
    this.#connectionStrings = splitHosts(connectionString) ?? [connectionString];
  }

  get count(): number {
    return this.#connectionStrings.length;
  }

  /** The connection string of the host to try. */
  get present(): string {
    return this.#connectionStrings[this.#nth] ?? this.#connectionStrings[0];
  }

  /** Goes on to the next host, unless that was done since `failed` was tried. */
  leave(failed: string): void {
    if (this.present === failed) this.#nth = (this.#nth + 1) % this.count;
  }
}
