import { splitStatements } from '../../src/server/database/sql-file.ts';

const textsOf = (sql: string) => splitStatements(sql).map(({ text }) => text);

describe('a SQL file', () => {
  test('a SQL file is split at the semicolons between statements, each with its line', () => {
    expect(splitStatements('-- a story\n\nselect 1;\n\n  select\n 2 ; select 3')).toEqual([
      { text: 'select 1', line: 3 },
      { text: 'select\n 2 ', line: 5 },
      { text: 'select 3', line: 6 },
    ]);
  });

  test.each([
    ['a string', `select 'a;b', 'it''s;'`],
    ['a string with escapes', `select e'\\';', E'\\\\;'`],
    ['a name', `select 1 as "a;""b"`],
    ['a dollar quote', 'do $$ begin; end; $$'],
    ['a dollar quote in a dollar quote', 'do $a$ select $$;$$; $a$'],
    ['a comment', 'select 1 -- one; two\n + 1'],
    ['a comment in a comment', 'select /* ; /* ; */ ; */ 1'],
    ['parentheses', 'create rule r as on insert to t do (select 1; select 2)'],
    [
      'the body of a function',
      'create function f() returns int begin atomic select case when true then 1 end; select 2; end',
    ],
  ])('a SQL file is not split in %s', (_, statement) => {
    expect(textsOf(`${statement}; select 2`)).toEqual([statement, 'select 2']);
  });

  test('a SQL file may contain a transaction, parameters and words that look like a body', () => {
    const statements = ['begin', 'select $1 as atomic, case when true then 2 end', 'end'];

    expect(textsOf(statements.join(';\n'))).toEqual(statements);
  });
});
