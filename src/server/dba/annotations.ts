import type { FileLine } from './policy-files.ts';

/** What a tool says about a line of db/. */
export interface Annotation extends FileLine {
  /** The stable name of the rule: `grant_bypassing_rls`. */
  rule: string;
  level: 'ERROR' | 'WARN' | 'INFO';
  message: string;
}

/** What a rule is about, in SARIF: shown beside each of its results. */
export interface RuleText {
  name: string;
  why: string;
  fix?: string;
}

const COMMANDS = { ERROR: 'error', WARN: 'warning', INFO: 'notice' } as const;
const SARIF_LEVELS = { ERROR: 'error', WARN: 'warning', INFO: 'note' } as const;

/** Workflow commands of GitHub Actions, one a line: each becomes an annotation of a pull request. */
export function githubCommands(annotations: readonly Annotation[]): string {
  return annotations
    .map(({ rule, level, message, file, line }) => {
      const properties = Object.entries({ file, line, title: rule })
        .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
        .join(',');
      return `::${COMMANDS[level]} ${properties}::${escapeData(message)}\n`;
    })
    .join('');
}

// https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** A SARIF 2.1.0 log with one run, for code scanning; `rules` describes the rules, and may name more than were broken. */
export function sarifLog(
  annotations: readonly Annotation[],
  tool: { name: string; rules?: readonly RuleText[] },
): string {
  const described = new Map((tool.rules ?? []).map((rule) => [rule.name, rule]));
  const ids = [...new Set([...described.keys(), ...annotations.map(({ rule }) => rule)])];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: tool.name, rules: ids.map((id) => ruleOf(id, described.get(id))) },
        },
        results: annotations.map(({ rule, level, message, file, line }) => ({
          ruleId: rule,
          ruleIndex: ids.indexOf(rule),
          level: SARIF_LEVELS[level],
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(file) },
                region: { startLine: line },
              },
            },
          ],
        })),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf(id: string, text: RuleText | undefined) {
  if (text === undefined) return { id };
  return {
    id,
    shortDescription: { text: text.why },
    ...(text.fix === undefined ? {} : { help: { text: text.fix } }),
  };
}
