export { makeTemporaryFolder, removeFolder } from '../../src/server/policies/suite/folder.ts';
