// A client of the Epic Events API, for Node ≥ 20, Deno and browsers. It uses what they have in common, and
// no other package.

export {
  type Client,
  type ClientOptions,
  createClient,
  type LoggedIn,
  type QueryOptions,
  type RequestOptions,
} from './client.ts';
export {
  type Conflict,
  type Contact,
  EpicError,
  type Forbidden,
  type Internal,
  type Invalid,
  type NotFound,
  type Problem,
  type RateLimited,
  type Unauthenticated,
  type Unavailable,
} from './errors.ts';
export {
  describeNotification,
  type NotificationFacts,
  type NotificationFormat,
  type NotificationKind,
} from './notifications.ts';
export type { Credentials, Department, Operation } from './operations.ts';
export type { Connection } from './pages.ts';
export { memoryStore, type Session, type SessionStore } from './session.ts';
export type { Fetch } from './transport.ts';
