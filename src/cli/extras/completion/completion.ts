import { required } from '../../core/args/flag.ts';
import { oneOf } from '../../core/args/parsers.ts';
import { command } from '../../core/command/command.ts';
import { defineFields } from '../../core/command/fields.ts';

const shells = {
  bash: async () => (await import('./shells/epic.bash')).default,
  zsh: async () => (await import('./shells/epic.zsh')).default,
  fish: async () => (await import('./shells/epic.fish')).default,
};

interface Script {
  shell: string;
  script: string;
}

const { columns } = defineFields<Script>()({
  shell: { kind: 'text' },
  script: { kind: 'text' },
});

/** `epic completion`: the script that makes a shell complete command lines. */
export const completion = command({
  flags: { shell: required('<shell>', 'which shell', oneOf('bash', 'zsh', 'fish')) },
  columns,
  examples: [
    ['completion bash', 'bash: put “source <(epic completion bash)” into ~/.bashrc'],
    ['completion zsh', 'zsh: put “source <(epic completion zsh)” into ~/.zshrc'],
    [
      'completion fish',
      'fish: put “epic completion fish | source” into ~/.config/fish/config.fish',
    ],
  ],
  notes: [
    'TAB then completes commands, flags, fixed values, field names, and the ids of records, with descriptions.',
  ],
  async run({ output, flags: { shell }, columns: shown, fields }) {
    const script = await shells[shell]();
    if (output.format === 'json' || output.format === 'csv' || fields !== undefined) {
      output.record(shown, { shell, script });
    } else await output.drawing(() => script);
  },
});
