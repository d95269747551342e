import { AcknowledgedWrites } from '../../bench/soak/acknowledged.ts';
import { SoakClient, type Task } from '../../bench/soak/client.ts';
import { Account, type Person } from '../../bench/soak/company.ts';
import { Counts } from '../../bench/soak/counts.ts';
import type { HttpClient, Reply } from '../../bench/soak/http.ts';

// The soak detects wrong answers: here an HTTP client returns what no server should.

type Answer = Reply<Record<string, unknown>>;

let replies: Answer[];
let writes: AcknowledgedWrites;
let counts: Counts;
let person: Person;
let client: SoakClient;

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
  const http: HttpClient = {
    ask: async <Data>() => (replies.shift() ?? { outcome: 'lost' }) as Reply<Data>,
    abort: () => 0,
    close: () => undefined,
  };
  writes = new AcknowledgedWrites();
  counts = new Counts();
  person = {
    id: 7,
    email: 'alice',
    department: 'sales',
    isReader: false,
    account: new Account(),
  };
  client = new SoakClient(person, { http, writes, counts });
});

const wrong = () => counts.wrongAnswers.map((sentence) => sentence.replace('alice: ', ''));

test('the client accepts right answers', async () => {
  replies = [session(), mine, refused('FORBIDDEN'), refused('UNAVAILABLE'), { outcome: 'lost' }];
  expect(await client.ask(task)).toMatchObject({ state: 'done' });
  expect(await client.ask(forbidden)).toEqual({ state: 'refused' });
  expect(await client.ask(task)).toEqual({ state: 'unknown' });
  expect(await client.ask(task)).toEqual({ state: 'unknown' });
  expect(wrong()).toEqual([]);
  expect(counts.expectedRefusals).toBe(1);
});

test.each<[string, Task, Answer, string]>([
  [
    'an answer to another employee',
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
  ['an answer to no employee', task, done({ me: null }), 'Read was answered to no employee.'],
  ['no answer and no error', task, done(null), 'Read was answered with nothing.'],
  [
    'a forbidden request that succeeds',
    forbidden,
    done({}),
    'Overstep succeeded, and is forbidden.',
  ],
  [
    'a forbidden request that is refused for another reason',
    forbidden,
    refused('NOT_FOUND'),
    'Overstep was answered NOT_FOUND, and must be forbidden: No.',
  ],
  [
    'an allowed request that is refused',
    task,
    refused('FORBIDDEN'),
    'Read was answered FORBIDDEN, and must succeed: No.',
  ],
  [
    'the end of a session that was not ended',
    task,
    refused('UNAUTHENTICATED'),
    'Read: No. It has not.',
  ],
])('the client detects %s', async (_what, asked, answer, sentence) => {
  replies = [session(), answer];
  await client.ask(asked);
  expect(wrong()).toEqual([sentence]);
});

test('a session that was logged out must be refused', async () => {
  replies = [session(), mine, done({ logout: { ok: true } }), refused('UNAUTHENTICATED')];
  await client.ask(task);
  const ended = await client.sessions.logOut();
  if (ended === null) throw new Error('There was no session.');
  await client.useEndedSession(ended);
  expect(wrong()).toEqual([]);
  replies = [mine];
  await client.useEndedSession(ended);
  expect(wrong()).toEqual(['TooLate was answered in a session that had ended.']);
});

test('the client detects a session of another employee', async () => {
  replies = [session(8), mine];
  await client.ask(task);
  expect(wrong()).toEqual(['A session of sales 8 was opened.']);
});

test('a login must succeed for an active account, and may fail for a deactivated one', async () => {
  replies = [refused('UNAUTHENTICATED')];
  await client.ask(task);
  expect(wrong()).toEqual(['Login was refused to an active employee.']);

  counts.wrongAnswers.length = 0;
  person.account.beginClosing();
  replies = [refused('UNAUTHENTICATED'), session(), mine];
  await client.ask(task);
  await client.ask(task);
  expect(wrong()).toEqual([]);
});

test('a session may be refused while it is being ended, and must be afterwards', async () => {
  replies = [session(), mine, mine, mine];
  await client.ask(task);
  await client.sessions.endedBy(async () => {
    await client.ask(task);
  });
  expect(wrong()).toEqual([]);
  await client.ask(task);
  expect(wrong()).toEqual(['Read was answered in a session that had ended.']);
});

test('the client records which writes were acknowledged, refused or unknown', async () => {
  replies = [session(), mine, refused('CONFLICT'), { outcome: 'lost' }, { outcome: 'unsent' }];
  const { query } = task;
  for (const writeId of ['done', 'conflict', 'lost', 'unsent'])
    await client.write({ query, writeId });
  expect([...writes.statuses]).toEqual([
    ['done', 'acknowledged'],
    ['conflict', 'refused'],
    ['lost', 'unknown'],
    ['unsent', 'refused'],
  ]);
});
