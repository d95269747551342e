import { Account, type Person } from '../../bench/soak/company.ts';
import { Desk, type Task } from '../../bench/soak/desk.ts';
import { Ledger } from '../../bench/soak/ledger.ts';
import type { Line, Reply } from '../../bench/soak/line.ts';
import { Tally } from '../../bench/soak/tally.ts';

// Whether the soak would notice a wrong answer: here a line gives what no server should.

type Answer = Reply<Record<string, unknown>>;

let replies: Answer[];
let ledger: Ledger;
let tally: Tally;
let person: Person;
let desk: Desk;

const done = (data: Record<string, unknown> | null): Answer => ({
  outcome: 'answered',
  data,
  errors: [],
});
const refused = (code: string): Answer => ({
  outcome: 'answered',
  data: null,
  errors: [{ message: 'No.', extensions: { code } }],
});
const session = (id = 7, department = 'sales'): Answer =>
  done({ login: { accessToken: 'a', refreshToken: 'r', employee: { id, department } } });
const mine = done({ me: { id: 7, department: 'sales' } });

const task: Task = { query: 'query Read { me { id department } }', must: 'succeed' };
const forbidden: Task = { query: 'mutation Overstep { a }', must: 'be forbidden' };

beforeEach(() => {
  replies = [];
  const line: Line = {
    ask: async <Data>() => (replies.shift() ?? { outcome: 'lost' }) as Reply<Data>,
    cut: () => 0,
    close: () => undefined,
  };
  ledger = new Ledger();
  tally = new Tally();
  person = {
    id: 7,
    email: 'alice',
    department: 'sales',
    isReader: false,
    account: new Account(),
  };
  desk = new Desk(person, { line, ledger, tally });
});

const wrong = () => tally.wrongAnswers.map((sentence) => sentence.replace('alice: ', ''));

test('what is right is not wrong', async () => {
  replies = [session(), mine, refused('FORBIDDEN'), refused('UNAVAILABLE'), { outcome: 'lost' }];
  expect(await desk.ask(task)).toMatchObject({ state: 'done' });
  expect(await desk.ask(forbidden)).toEqual({ state: 'refused' });
  expect(await desk.ask(task)).toEqual({ state: 'unknown' });
  expect(await desk.ask(task)).toEqual({ state: 'unknown' });
  expect(wrong()).toEqual([]);
  expect(tally.rightlyRefused).toBe(1);
});

test.each<[string, Task, Answer, string]>([
  [
    'an answer to somebody else',
    task,
    done({ me: { id: 8, department: 'sales' } }),
    'Read was answered to sales 8.',
  ],
  [
    'an answer in another role',
    task,
    done({ me: { id: 7, department: 'management' } }),
    'Read was answered to management 7.',
  ],
  ['an answer to nobody', task, done({ me: null }), 'Read was answered to nobody .'],
  ['no answer and no error', task, done(null), 'Read was answered with nothing.'],
  ['what is forbidden, done', forbidden, done({}), 'Overstep succeeded, and is forbidden.'],
  [
    'what is forbidden, refused for another reason',
    forbidden,
    refused('NOT_FOUND'),
    'Overstep was answered NOT_FOUND, and must be forbidden: No.',
  ],
  [
    'what is allowed, refused',
    task,
    refused('FORBIDDEN'),
    'Read was answered FORBIDDEN, and must succeed: No.',
  ],
  [
    'the end of a session that nobody ended',
    task,
    refused('UNAUTHENTICATED'),
    'Read: No. It has not.',
  ],
])('%s is noticed', async (_what, asked, answer, sentence) => {
  replies = [session(), answer];
  await desk.ask(asked);
  expect(wrong()).toEqual([sentence]);
});

test('a session that was logged out may not be used, and must be refused', async () => {
  replies = [session(), mine, done({ logout: { ok: true } }), refused('UNAUTHENTICATED')];
  await desk.ask(task);
  const ended = await desk.sessions.logOut();
  if (ended === null) throw new Error('There was no session.');
  await desk.tryAgain(ended);
  expect(wrong()).toEqual([]);
  replies = [mine];
  await desk.tryAgain(ended);
  expect(wrong()).toEqual(['TooLate was answered in a session that had ended.']);
});

test('somebody else’s session is noticed when it is opened', async () => {
  replies = [session(8), mine];
  await desk.ask(task);
  expect(wrong()).toEqual(['A session of sales 8 was opened.']);
});

test('nobody logs in to a closed account, and everybody to an open one', async () => {
  replies = [refused('UNAUTHENTICATED')];
  await desk.ask(task);
  expect(wrong()).toEqual(['Login was refused to somebody who is active.']);

  tally.wrongAnswers.length = 0;
  person.account.beginClosing();
  replies = [refused('UNAUTHENTICATED'), session(), mine];
  await desk.ask(task);
  await desk.ask(task);
  expect(wrong()).toEqual([]);
});

test('while somebody else ends a session it may be refused, and afterwards it must be', async () => {
  replies = [session(), mine, mine, mine];
  await desk.ask(task);
  await desk.sessions.endedBy(async () => {
    await desk.ask(task);
  });
  expect(wrong()).toEqual([]);
  await desk.ask(task);
  expect(wrong()).toEqual(['Read was answered in a session that had ended.']);
});

test('the ledger is told what was acknowledged, what was refused, and what nobody knows', async () => {
  replies = [session(), mine, refused('CONFLICT'), { outcome: 'lost' }, { outcome: 'unsent' }];
  const { query } = task;
  for (const mark of ['done', 'conflict', 'lost', 'unsent']) await desk.write({ query, mark });
  expect([...ledger.position]).toEqual([
    ['done', 'acknowledged'],
    ['conflict', 'refused'],
    ['lost', 'unknown'],
    ['unsent', 'refused'],
  ]);
});
