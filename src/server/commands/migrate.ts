import { readAdminConfig } from '../config/admin.ts';
import { type Deployment, deploy } from '../database/deploy.ts';
import { openLocalDatabase } from '../database/local.ts';

/** `epic-server migrate`: applies what is pending, then every policy file. */
export async function migrate({ roles }: { roles: boolean }): Promise<void> {
  const { adminUrl, dataFolder } = readAdminConfig(process.env);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  if (adminUrl !== null) {
    describe(await deploy({ adminUrl, rolesToo: roles, say }));
    return;
  }
  const { cluster, deployment } = await openLocalDatabase(dataFolder, say);
  await cluster.close();
  describe(deployment);
}

function describe({ migrations, policies }: Deployment): void {
  const applied = migrations.map((name) => `  ${name}\n`).join('');
  process.stdout.write(
    migrations.length === 0 ? 'No migration was pending.\n' : `Migrations applied:\n${applied}`,
  );
  process.stdout.write(`Policy files applied: ${policies}.\n`);
}
