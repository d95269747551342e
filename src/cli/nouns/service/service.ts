import { required } from '../../core/args/flag.ts';
import { line } from '../../core/args/parsers.ts';
import { type Noun, verb } from '../../core/command/command.ts';
import { confirm, yes } from '../../core/command/confirm.ts';
import { defineFields } from '../../core/command/fields.ts';
import { list } from '../../core/command/list.ts';
import { notFound } from '../../core/errors.ts';
import {
  type ServiceAccountOrderBy,
  type ServiceFieldsFragment,
  ServiceList,
  ServiceRevoke,
} from '../../operations/index.ts';

type Service = ServiceFieldsFragment;

const fields = defineFields<Service, object, object, ServiceAccountOrderBy>()({
  name: { kind: 'text', priority: 0, sort: 'NAME' },
  actsAs: { api: 'ownerName', kind: 'text', priority: 0 },
  readOnly: { kind: 'flag', priority: 2 },
  lastUsed: { api: 'lastUsedAt', kind: 'instant', priority: 1 },
  created: { api: 'createdAt', kind: 'instant', priority: 3 },
  expires: { api: 'expiresAt', kind: 'instant', priority: 2 },
  actsAsId: { api: 'ownerId', kind: 'id' },
});

const listServices = list(fields, {
  summary: 'List programs that act for an employee: yours, and for management all of them',
  flags: {},
  sortedBy: 'NAME_ASC',
  ifEmpty: 'No program acts for you.',
  examples: [['service list', '']],
  notes: ['An operator of the server creates them: epic-server service create.'],
  fetch: async (api, _, page) => (await api.send(ServiceList, page)).serviceAccounts,
});

const gone = (name: string) =>
  notFound(
    `There is no service account “${name}” that you may see.`,
    'See which: epic service list',
  );

const revokeService = verb({
  name: 'revoke',
  summary: 'End the access of a program at once, and for good',
  flags: { name: required('<name>', 'what the program is called', line(63)), yes },
  columns: fields.columns,
  examples: [['service revoke backup-job', 'if its private key may have been copied']],
  async run({ api, output, prompts, flags, columns: shown }) {
    const { name } = flags;
    await confirm({ prompts, flags }, async () => {
      const { serviceAccounts } = await api.send(ServiceList, { first: 1000 });
      const found = serviceAccounts.nodes.find((each) => each.name === name);
      if (!found) throw gone(name);
      return `Revoke the service account ${name}, which acts as ${found.ownerName}? This cannot be undone.`;
    });
    const { revokeServiceAccount } = await api.send(ServiceRevoke, { name });
    const revoked = revokeServiceAccount?.serviceAccount;
    if (!revoked) throw gone(name);
    output.changed(
      `Service account ${name} revoked: it acted as ${revoked.ownerName}.`,
      shown,
      revoked,
    );
  },
});

export const service: Noun = {
  fields: fields.columns,
  commands: [listServices, revokeService],
};
