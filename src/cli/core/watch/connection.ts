import { setTimeout as sleep } from 'node:timers/promises';
import type { Following } from '../api/subscribing.ts';
import { CliError } from '../errors.ts';
import type { Output } from '../output/output.ts';

/** Tells whoever watches that the connection was lost, and that it is back. */
export const connectionNotes = ({ note }: Pick<Output, 'note'>): Following => ({
  onLost: () => note('The connection is lost. Trying again…'),
  onBack: () => note('The connection is back. Nothing was missed.'),
});

/** How long until a question is asked again, in milliseconds: at first, and at most. */
const patience = { least: 250, most: 10_000 };

const isAway = (error: unknown) =>
  error instanceof CliError && error.problem.code === 'UNAVAILABLE';

/** The answer to a question, asked again for as long as the server is away: whoever watches goes on watching. */
export async function onceThere<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let wait = patience.least; ; wait = Math.min(wait * 2, patience.most)) {
    try {
      return await ask();
    } catch (error) {
      if (!isAway(error)) throw error;
      await sleep(wait);
    }
  }
}
