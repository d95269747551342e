import type { Proof, Verdict } from './mutation.ts';

/** One mutant for a person: what became of it, the change, and the test that noticed. */
export function describeVerdict({ mutant, status, killedBy }: Verdict, width: number): string {
  // The statements of a function are all of its source; its name tells which line is another.
  const isLong = mutant.sql.includes('$function$');
  const said =
    mutant.sql === mutant.name || (isLong && status === 'killed') ? [] : [mutant.sql.trimEnd()];
  const body = [mutant.name, ...said, ...(killedBy === null ? [] : [`by ${killedBy}`])];
  const lines = body.flatMap((text) => text.split('\n').flatMap((line) => wrap(line, width - 12)));
  const [first = '', ...rest] = lines;
  return `${status.padEnd(12)}${first}\n${rest.map((line) => `            ${line}\n`).join('')}`;
}

export function describeProof({ score, total, killed, survived, equivalent }: Proof): string {
  // Never rounded up to 100 %.
  const percent = Math.floor(score * 1000) / 10;
  return (
    `\n${total} mutants: ${killed} killed, ${survived} survived, ${equivalent} equivalent.\n` +
    'The control, which changes nothing, survived.\n' +
    `Score: ${percent} %\n`
  );
}

function wrap(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const space = line.lastIndexOf(' ', width);
  const end = space > width / 2 ? space : width;
  return [line.slice(0, end), ...wrap(`  ${line.slice(end).trimStart()}`, width)];
}
