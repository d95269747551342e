/** The connection strings of the server's two logins, of which neither can become the other. */
export interface LoginUrls {
  /** Of the API, as epic_authenticator. */
  authenticatorUrl: string;
  /** Of the job queue, as epic_worker. */
  workerUrl: string;
}

/** The passwords of the server's two logins. */
export interface LoginPasswords {
  authenticator: string;
  worker: string;
}
