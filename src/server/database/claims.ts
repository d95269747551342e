/** The caller, from the access token. The database checks it again in every transaction. */
export type Claims = {
  employeeId: number;
  /** The session's uuid. */
  sessionId: string;
  /** The department when the token was signed. */
  department: string;
  /** What only the bearer of the token has: 32 random bytes, in base64url. The database knows its digest. */
  secret: string;
};
