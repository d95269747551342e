/** A text without marks of direction, its spaces as `to`: languages use several, which terminals draw as they like. */
export const evenSpaces = (text: string, to: ' ' | '\u00a0') =>
  text.replace(/\p{Cf}/gu, '').replace(/\p{Zs}/gu, to);
