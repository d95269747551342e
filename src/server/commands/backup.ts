import type { Command } from 'commander';
import { readBackupConfig } from '../config/server.ts';
import { describePlace } from '../dba/place.ts';
import { interruptionSignal } from './until-stopped.ts';

/** Adds `epic-server backup …` to the program. */
export function addBackup(program: Command): void {
  const backup = program
    .command('backup')
    .description('dump the database, and verify that another one holds the same')
    .addHelpText(
      'afterAll',
      '\nExit codes: 0 done, and nothing differs, 1 findings, 2 it could not do its work.',
    );

  backup
    .command('create')
    .description('dump the database of DATABASE_BACKUP_URL with pg_dump, with a manifest beside it')
    .argument('<file>', 'a file that does not exist yet; the manifest is FILE.json')
    .action(createBackup);

  backup
    .command('verify')
    .description(
      'compare the database of DATABASE_ADMIN_URL with a backup, before it is used; exit code 1 if they differ',
    )
    .argument('[file]', 'the backup (default: the database of DATABASE_BACKUP_URL as it is now)')
    .action(verifyBackup);
}

async function createBackup(file: string): Promise<void> {
  const interrupted = interruptionSignal();
  const { dump } = await import('../dba/backup/dump.ts');
  await withSource(async (connection) => {
    const { database, tables } = await dump(connection, file, interrupted);
    const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
    process.stdout.write(
      `${describePlace(database)}\n${file}: ${Object.keys(tables).length} tables, ${rows.toLocaleString('en')} rows.\n`,
    );
  });
}

async function verifyBackup(file?: string): Promise<void> {
  const [{ withAdminConnection }, manifests, { readManifestOf }, { describeVerification }] =
    await Promise.all([
      import('../database/deploy/admin.ts'),
      import('../dba/backup/manifest.ts'),
      import('../dba/backup/dump.ts'),
      import('../dba/backup/verify.ts'),
    ]);
  const { beginReadingEverything, readHistoryGaps, readManifest } = manifests;
  const readFrom = async (client: Parameters<typeof readManifest>[0]) => {
    await beginReadingEverything(client);
    return readManifest(client);
  };
  const expected =
    file === undefined
      ? await withSource(({ client }) => readFrom(client))
      : await readManifestOf(file);
  const { text, findings } = await withAdminConnection(
    process.env,
    async ({ client }) => {
      const found = await readFrom(client);
      const source = file ?? describePlace(expected.database).replace(/^D/, 'd');
      return describeVerification(expected, found, await readHistoryGaps(client), source);
    },
    { needsTools: false },
  );
  process.stdout.write(text);
  if (findings > 0) process.exitCode = 1;
}

type Source = { client: Awaited<ReturnType<typeof connect>>; url: string };

const connect = async (url: string) =>
  (await import('../database/deploy/connect.ts')).connectAsAdmin(
    url,
    'epic-server backup',
    'DATABASE_BACKUP_URL',
  );

async function withSource<Result>(work: (source: Source) => Promise<Result>): Promise<Result> {
  const { backupUrl: url } = readBackupConfig(process.env);
  const client = await connect(url);
  try {
    return await work({ client, url });
  } finally {
    await client.end().catch(() => undefined);
  }
}
