import { codeOf } from '../errors/error-code.ts';

const lostSqlState = /^(08...|57P0[123])$/;
const lostSystemCode = /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH)$/;
const lostMessage =
  /^(Connection terminated|Client has encountered a connection error|Client was closed)/;

/** True if there is no connection to PostgreSQL, or none any more: it may be starting, stopping or out of reach. */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  if (lostSqlState.test(code) || lostSystemCode.test(code)) return true;
  return error instanceof Error && lostMessage.test(error.message);
}
