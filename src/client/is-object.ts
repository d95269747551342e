/** Whether something parsed from JSON is an object (or an array), whose members may be looked at. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
