import { TestEnvironment } from 'jest-environment-node';
import { createNative } from './native/native.ts';

/** The environment of a test file: that of Node, and what is loaded once for all files of a worker. */
export default class extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    Object.assign(this.global, { loadedByNode: createNative() });
  }
}
