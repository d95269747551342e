/** Who is calling, as the access token says it. The database checks it again in every transaction. */
export type Claims = {
  employeeId: number;
  /** The session's uuid. */
  sessionId: string;
  /** The department when the token was made. */
  department: string;
};
