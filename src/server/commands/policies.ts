import type { Command } from 'commander';

/** Adds `epic-server policies …`, the tools of schema dba, to the program. Each loads what it needs when it is called. */
export function addPolicies(program: Command): void {
  const _policies = program
    .command('policies')
    .description('what a DBA asks about permissions; DATABASE_ADMIN_URL names the database');
}
