import { readAdminConfig } from '../config/server.ts';
import { type Deployment, deploy } from '../database/deploy/deploy.ts';
import { openLocalDatabase } from '../database/deploy/local.ts';

/** `epic-server migrate`: applies pending migrations, and changed functions, tools and policies. */
export async function migrate(options: { roles: boolean; repair: boolean }): Promise<void> {
  const { roles, repair } = options;
  const { adminUrl, dataFolder } = readAdminConfig(process.env);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  if (adminUrl !== null) {
    describe(await deploy({ adminUrl, rolesToo: roles, everything: repair, say }));
    return;
  }
  const { cluster, deployment } = await openLocalDatabase(dataFolder, say, { everything: repair });
  await cluster.close();
  describe(deployment);
}

function describe({ migrations, replaced }: Deployment): void {
  const applied = migrations.map((name) => `  ${name}\n`).join('');
  process.stdout.write(
    migrations.length === 0 ? 'No migration was pending.\n' : `Migrations applied:\n${applied}`,
  );
  process.stdout.write(
    replaced.length === 0
      ? 'Functions, tools and policies have not changed since the last deployment.\n'
      : `Functions, tools and policies applied: ${replaced.length}.\n`,
  );
}
