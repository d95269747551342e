import type { Following } from '../api/watching.ts';
import type { Output } from '../output/output.ts';

/** Tells whoever watches that the connection was lost, and that it is back. */
export const connectionTold = ({ note }: Pick<Output, 'note'>): Following => ({
  onLost: () => note('The connection is lost. Trying again…'),
  onBack: () => note('The connection is back. Nothing was missed.'),
});
