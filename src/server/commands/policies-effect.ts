import { interruptionSignal } from './until-stopped.ts';

/**
 * `epic-server policies diff --effect`: what db/ would open and close in the database. Exit code 3 if anything is gained, 4
 * if anything is lost and `failOn` says so, 2 if something could not be measured.
 */
export async function printEffect(options: {
  json: boolean;
  format?: 'table' | 'json' | 'markdown' | 'github' | 'sarif';
  failOn?: 'lost';
}): Promise<void> {
  const interrupted = interruptionSignal();
  const { withAdminConnection } = await import('../database/deploy/admin.ts');
  const { effectOfFiles } = await import('../dba/effect/effect.ts');
  const effect = await withAdminConnection(process.env, (connection) =>
    effectOfFiles(connection, interrupted),
  );
  const annotations = async () => {
    const { annotate } = await import('../dba/effect/annotate.ts');
    const { readPolicyFiles } = await import('../dba/policy-files.ts');
    return annotate(effect, await readPolicyFiles());
  };
  const format = options.format ?? (options.json ? 'json' : 'table');
  const { describePlace } = await import('../dba/place.ts');
  if (format !== 'table') process.stderr.write(`${describePlace(effect.database)}\n`);
  const print = {
    table: async () => (await import('../dba/effect/report.ts')).describeEffect(effect),
    json: async () => `${JSON.stringify(effect, null, 2)}\n`,
    markdown: async () => {
      const { effectDocument } = await import('../dba/effect/document.ts');
      return (await import('../document/markdown.ts')).markdownOf(effectDocument(effect));
    },
    github: async () => (await import('../dba/annotations.ts')).githubCommands(await annotations()),
    sarif: async () => {
      const { EFFECT_RULES } = await import('../dba/effect/annotate.ts');
      const tool = { name: 'epic-server policies diff --effect', rules: EFFECT_RULES };
      return (await import('../dba/annotations.ts')).sarifLog(await annotations(), tool);
    },
  }[format];
  process.stdout.write(await print());

  const isLostOne = options.failOn === 'lost' && effect.hasLost;
  process.exitCode = !effect.isComplete ? 2 : effect.word === 'GAINED' ? 3 : isLostOne ? 4 : 0;
}
