export { makeTemporaryFolder, removeFolder } from '../../src/server/dba/test/folder.ts';
