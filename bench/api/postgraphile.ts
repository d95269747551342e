// PostGraphile as it comes: its own adaptor for pg, whose "pgSettings" are the caller's role and claims, and its own server for
// node:http. The schema is the product's. Settings cannot prove a session, so its database asks for no proof.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { createPreset } from '../../src/server/graphql/preset.ts';
import type { RequestContext } from '../../src/server/graphql/request/context.ts';
import { createIdentityPlugin } from '../../src/server/graphql/schema/identity.ts';
import type { Sessions } from '../../src/server/identity/sessions.ts';
import { announce, createPool, createTokenCheck, setup } from './contender.ts';

const options = setup();
const check = createTokenCheck(options);
const pool = createPool(options.databaseUrl);

const preset: GraphileConfig.Preset = {
  extends: [
    createPreset({
      service: makePgService({ pool, schemas: ['crm'], pubsub: false }),
      // for `me`; who logs in is not asked
      plugins: [createIdentityPlugin({} as Sessions)],
      extends: [],
      maskError: (error) => error,
    }),
  ],
  grafast: {
    context({ node }) {
      const claims = check(node?.req.headers.authorization);
      return {
        request: { claims } as RequestContext,
        pgSettings: {
          role: `epic_${claims.department}`,
          'jwt.claims.employee_id': String(claims.employeeId),
          'jwt.claims.session_id': claims.sessionId,
          'jwt.claims.department': claims.department,
          'jwt.claims.read_only': 'false',
        },
      };
    },
  },
};

const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
