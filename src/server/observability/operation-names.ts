/** The label for the name of an operation. */
export type NameOf = (name: string | null, caller: { isKnown: boolean }) => string;

/**
 * Gives labels to the names that clients choose for their operations: the first hundred of callers with a session and
 * the first twenty of strangers are kept, all others are `other`. So neither many names nor those that a stranger makes
 * up can fill the memory, or hide what the staff do.
 */
export function createNames(): NameOf {
  const known = new Set<string>();
  const ofStrangers = new Set<string>();
  return (name, { isKnown }) => {
    if (name === null) return 'unnamed';
    if (known.has(name) || ofStrangers.has(name)) return name;
    const [names, most] = isKnown ? [known, 100] : [ofStrangers, 20];
    if (names.size === most) return 'other';
    names.add(name);
    return name;
  };
}
