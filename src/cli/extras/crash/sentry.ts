// Loaded after a crash only: Sentry takes longer to start than a command takes to run.

import { basename } from 'node:path';
import process from 'node:process';
import { defaultStackParser, makeNodeTransport, NodeClient } from '@sentry/node';
import { version } from '../../core/version.ts';

interface Frame {
  function: string;
  filename: string;
  lineno: number;
  colno: number;
}

/** The stack of the error: function names and positions, nothing else. */
function frames(error: unknown): Frame[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const found = stack.matchAll(/^ {4}at (?:(?:async )?([\w$.<> ]+) \()?(\S+?):(\d+):(\d+)\)?$/gm);
  return [...found]
    .map(([, name = '?', path = '', lineno, colno]) => ({
      function: name,
      filename: basename(path),
      lineno: Number(lineno),
      colno: Number(colno),
    }))
    .reverse();
}

/**
 * Sends nothing but the fields below: no message (it could quote personal data), no arguments, no user, no host
 * name.
 */
export async function sendToSentry(
  dsn: string,
  error: unknown,
  { id, command }: { id: string; command: string },
): Promise<void> {
  const client = new NodeClient({
    dsn,
    integrations: [],
    stackParser: defaultStackParser,
    transport: makeNodeTransport,
    sendClientReports: false,
    beforeSend: (event) => ({
      type: undefined,
      event_id: event.event_id,
      timestamp: event.timestamp,
      platform: 'node',
      level: 'error',
      release: `epic@${version}`,
      tags: { error_id: id, command, node: process.versions.node, os: process.platform },
      exception: {
        values: [
          {
            type: error instanceof Error ? error.name : typeof error,
            value: id,
            stacktrace: { frames: frames(error) },
          },
        ],
      },
    }),
  });
  client.init();
  client.captureException(error);
  await client.close(2000);
}
