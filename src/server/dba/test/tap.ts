/** What one test of a file said; `text` is one `ok` or `not ok` and its diagnostics, in full. */
export interface TestResult {
  passed: boolean;
  /** Of the statement that ran the test. */
  line: number;
  text: string;
}

/** Reads the output of pgTAP (https://testanything.org). A wrong or missing plan is a failed test. */
export function readTap(output: readonly { line: number; text: string }[]): TestResult[] {
  const results: TestResult[] = [];
  let planned: number | undefined;
  for (const { line, text } of output) {
    const plan = /^1\.\.(\d+)/.exec(text);
    if (plan !== null) planned = Number(plan[1]);
    const result = /^(not )?ok\b/.exec(text);
    if (result === null) continue;
    const isExcused = /^.*# (TODO|SKIP)\b/i.test(text);
    results.push({ passed: result[1] === undefined || isExcused, line, text });
  }
  if (planned !== results.length) {
    const plan = planned === undefined ? 'no tests were planned' : `${planned} tests were planned`;
    const text = `not ok - ${plan}, but ${results.length} ran`;
    results.push({ passed: false, line: results.at(-1)?.line ?? 1, text });
  }
  return results;
}

/** The results of one file as part of a longer stream, in which tests are numbered from `first`. */
export function writeTap(file: string, results: readonly TestResult[], first: number): string {
  const lines = [`# ${file}`];
  for (const [index, { passed, line, text }] of results.entries()) {
    const [head = '', ...diagnostics] = text.split('\n');
    const [, verdict, said] = /^((?:not )?ok)(?: \d+)?(?: - )?(.*)$/.exec(head) ?? [];
    lines.push(`${verdict} ${first + index} - ${said}`);
    if (!passed) lines.push(`# ${file}:${line}`);
    lines.push(...diagnostics.map((said) => (said.startsWith('#') ? said : `# ${said}`)));
  }
  return `${lines.join('\n')}\n`;
}
