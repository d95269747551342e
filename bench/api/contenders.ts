import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Claims } from '../../src/server/database/claims.ts';
import type { LoginUrls } from '../../src/server/database/logins.ts';
import { spawnServer } from '../../tests/support/server.ts';
import { type BenchServer, withClient } from '../support.ts';
import type { Setup } from './contender.ts';
import { Drafts } from './drafts.ts';
import {
  answerOf,
  type HttpRequest,
  type Sample,
  type Sequence,
  sampled,
  sendRequests,
} from './load.ts';
import type { BenchOperation, OperationRequest } from './operations.ts';

/** Who sends a request. */
export interface Caller {
  claims: Claims;
  token: string;
}

/** What answers the operations. */
export interface Contender {
  name: string;
  /** The data of the answers to one request of each, in turn; null when this operation is not its. */
  answers(operation: BenchOperation, caller: Caller): Promise<unknown[] | null>;
  measure(
    operation: BenchOperation,
    caller: Caller,
    options: { connections: number; seconds: number },
  ): Promise<Sample>;
  stop(): Promise<unknown>;
}

/** What contenders are started on. */
export interface Ground {
  server: BenchServer;
  database: string;
  urls: LoginUrls;
  setup: Setup;
  /** The first process of PostgreSQL. */
  postmaster: number;
  /** Whose drafts are signed. */
  salesperson: string;
}

/** What the database contender is asked. */
export interface DatabaseRun {
  requests: readonly OperationRequest[];
  claims: Claims;
  connections: number;
  seconds: number;
}

/** How each is started; the answers of the others are compared with those of the first. */
export const contenders: Record<string, (ground: Ground) => Promise<Contender>> = {
  limit: async (ground) => {
    const program = await start('limit', ground.setup);
    const requestOf = ({ key, variables }: OperationRequest, token: string) => ({
      url: `${program.url}/${key}`,
      headers: headersWith(token),
      body: JSON.stringify(variables),
    });
    return overHttp('limit', program, requestOf, ground, ground.database);
  },
  mercurius: async (ground) => {
    const program = await start('mercurius', ground.setup);
    return overHttp('mercurius', program, graphqlOf(program.url), ground, ground.database);
  },
  postgraphile: async (ground) => {
    const { server, setup } = ground;
    const copy = await copyWithoutProof(ground);
    const databaseUrl = server.loginUrls(copy).authenticatorUrl;
    const program = await start('postgraphile', { ...setup, databaseUrl });
    return overHttp('postgraphile', program, graphqlOf(program.url), ground, copy);
  },
  epic: async (ground) => {
    const { keysFile, issuer } = ground.setup;
    const env = { EPIC_JWT_KEYS: keysFile, EPIC_ISSUER: issuer };
    const program = await spawnServer(ground.urls, env);
    return overHttp('epic', program, graphqlOf(program.url), ground, ground.database);
  },
  database: (ground) => databaseAlone('database', ground.setup, ground),
  'no-rls': async (ground) => {
    const { setup } = ground;
    const bypassRole = 'epic_bench_bypass';
    await withClient(setup.adminUrl, (client) =>
      client.query(
        `drop role if exists ${bypassRole};
         create role ${bypassRole} bypassrls in role epic_sales, epic_support, epic_management`,
      ),
    );
    return databaseAlone('no-rls', { ...setup, bypassRole }, ground);
  },
};

/**
 * A copy of the database in which any claims count: PostGraphile's settings cannot prove a session. What the policies ask
 * otherwise stays.
 */
async function copyWithoutProof({ server, database }: Ground): Promise<string> {
  const copy = await server.makeDatabase(database);
  await withClient(server.adminUrl(copy), (client) =>
    client.query(
      `create or replace function identity.in_session() returns boolean language sql stable return true`,
    ),
  );
  return copy;
}

type RequestOf = (request: OperationRequest, token: string) => HttpRequest;
type Program = { url: string; pid: number; stop(): Promise<unknown> };

async function overHttp(
  name: string,
  { pid, stop }: Program,
  requestOf: RequestOf,
  { server, salesperson, postmaster }: Ground,
  database: string,
): Promise<Contender> {
  const drafts = new Drafts(server.adminUrl(database), salesperson);
  return {
    name,
    async answers({ requests }, { token }) {
      if (typeof requests === 'function') await drafts.provide(1);
      const sent = typeof requests === 'function' ? requests(drafts.take()) : requests;
      const answers: unknown[] = [];
      for (const request of sent) answers.push(await answerOf(requestOf(request, token)));
      return answers;
    },
    async measure({ requests }, { token }, options) {
      const send = (request: OperationRequest) => requestOf(request, token);
      const measured = (sequence: Sequence) =>
        sampled({ pid, postmaster }, () => sendRequests(sequence, options));
      if (typeof requests !== 'function') return measured(requests.map(send));
      await drafts.provide(Math.ceil(options.seconds * 60 * (options.connections + 2)));
      return measured({
        size: requests(0).length,
        next: () => requests(drafts.take()).map(send),
      });
    },
    stop,
  };
}

function graphqlOf(url: string): RequestOf {
  return ({ document: query, variables }, token) => ({
    url: `${url}/graphql`,
    headers: headersWith(token),
    body: JSON.stringify({ query, variables }),
  });
}

function headersWith(token: string): Record<string, string> {
  return { 'content-type': 'application/json', authorization: `Bearer ${token}` };
}

async function databaseAlone(
  name: string,
  setup: Setup,
  { postmaster }: Ground,
): Promise<Contender> {
  const { child, pid, stop } = await start('database', setup);
  const ask = async (run: DatabaseRun) => {
    child.send(run);
    const [message] = await once(child, 'message');
    if (message.error !== undefined) throw new Error(message.error);
    return message.latencies;
  };
  return {
    name,
    async answers({ requests }, { claims }) {
      if (typeof requests === 'function') return null;
      return ask({ requests, claims, connections: 1, seconds: 0 });
    },
    async measure({ requests }, { claims }, options) {
      if (typeof requests === 'function') throw new Error('Only reads are measured alone.');
      return sampled({ pid, postmaster }, () => ask({ requests, claims, ...options }));
    },
    stop,
  };
}

/** Starts the program of this name, which tells its port. */
async function start(name: string, setup: Setup): Promise<Program & { child: ChildProcess }> {
  const child = fork(
    fileURLToPath(new URL(`${name}.ts`, import.meta.url)),
    [JSON.stringify(setup)],
    // as epic-server does
    { env: { ...process.env, NODE_ENV: 'production', GRAPHILE_ENV: 'production' } },
  );
  const port = await portOf(child, name);
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

async function portOf(child: ChildProcess, name: string): Promise<number> {
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${name} did not start.`);
  });
  const [message] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  return message.port;
}
