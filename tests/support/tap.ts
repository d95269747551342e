/** What the rows of one SQL file said; each text comes with the line of the statement that said it. */
export interface TapReport {
  passed: number;
  /** One entry per failed test, with its diagnostics in full. */
  failures: { line: number; text: string }[];
}

/** Reads the output of pgTAP (https://testanything.org). A wrong or missing plan is a failure. */
export function readTap(output: readonly { line: number; text: string }[]): TapReport {
  const failures: TapReport['failures'] = [];
  let passed = 0;
  let planned: number | undefined;
  let lastLine = 1;
  for (const { line, text } of output) {
    const plan = /^1\.\.(\d+)/.exec(text);
    if (plan !== null) planned = Number(plan[1]);
    const result = /^(not )?ok\b/.exec(text);
    if (result === null) continue;
    lastLine = line;
    const isExcused = /^.*# (TODO|SKIP)\b/i.test(text);
    if (result[1] === undefined || isExcused) passed += 1;
    else failures.push({ line, text });
  }
  const counted = passed + failures.length;
  if (planned !== counted) {
    const plan = planned === undefined ? 'no tests were planned' : `${planned} tests were planned`;
    failures.push({ line: lastLine, text: `not ok - ${plan}, but ${counted} ran` });
  }
  return { passed, failures };
}
