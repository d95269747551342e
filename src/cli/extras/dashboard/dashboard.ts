import { timeZone } from '../../core/api/time-zone.ts';
import { type Command, command } from '../../core/command/command.ts';
import { CliError } from '../../core/errors.ts';
import { localDay } from '../../core/output/format.ts';
import { MyDay } from '../../operations/index.ts';
import { drawDay } from './drawing.ts';
import { suggestions } from './next.ts';
import { sectionsOf } from './sections.ts';

/** More than a high terminal shows of one section. */
const rows = 20;

const isLoggedOut = (error: unknown) =>
  error instanceof CliError && error.problem.code === 'UNAUTHENTICATED';

const welcome = (server: string) => `Epic Events CRM. You are not logged in at ${server}.

  epic login      log in; then epic alone shows your day
  epic help       all commands
  epic login -h   any command explained, with examples
`;

/** What `epic` alone shows on a terminal: my day, whatever my department, in one round trip. */
export const dashboard: Command = command({
  flags: {},
  columns: [],
  examples: [],
  async run({ api, output }) {
    const now = new Date();
    const in30Days = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 29);
    try {
      const day = await api.send(MyDay, {
        rows,
        today: localDay(now),
        in30Days: localDay(in30Days),
        timeZone: timeZone(),
      });
      const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full' }).format(now);
      const who = day.me ? `${day.me.fullName}, ${day.me.department}. ` : '';
      const heading = `${who}${date}.`;
      const sections = sectionsOf(day, now);
      const next = suggestions(day);
      await output.drawing((paint, cells, lines) =>
        drawDay({ heading, sections, next }, paint, cells, lines),
      );
    } catch (error) {
      if (!isLoggedOut(error)) throw error;
      output.verbatim(welcome(api.server));
    }
  },
});
