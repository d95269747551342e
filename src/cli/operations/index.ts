// Made by `npm run generate` from *.graphql and schema.graphql. Do not edit.

import type { Operation } from '../../client/index.ts';

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export const AccessStepKind = {
  Grant: 'grant',
  Policy: 'policy',
  Verdict: 'verdict'
} as const;

export type AccessStepKind = typeof AccessStepKind[keyof typeof AccessStepKind];
export const AccessVerb = {
  Activate: 'activate',
  Assign: 'assign',
  Cancel: 'cancel',
  Contact: 'contact',
  Correct: 'correct',
  Create: 'create',
  Deactivate: 'deactivate',
  Delete: 'delete',
  Erase: 'erase',
  Export: 'export',
  Finish: 'finish',
  HandOver: 'hand_over',
  Merge: 'merge',
  Move: 'move',
  Read: 'read',
  Record: 'record',
  Reopen: 'reopen',
  ResetPassword: 'reset_password',
  Sign: 'sign',
  Unassign: 'unassign',
  Update: 'update'
} as const;

export type AccessVerb = typeof AccessVerb[keyof typeof AccessVerb];
export type ChangePasswordInput = {
  currentPassword: string;
  newPassword: string;
};

export type ClientCondition = {
  commercialId?: number | null | undefined;
  companyName?: string | null | undefined;
  current?: boolean | null | undefined;
  firstContact?: string | null | undefined;
  firstContactFrom?: string | null | undefined;
  firstContactTo?: string | null | undefined;
  fullName?: string | null | undefined;
  id?: number | null | undefined;
  ids?: Array<number> | null | undefined;
  lastUpdate?: string | null | undefined;
  mine?: boolean | null | undefined;
  notContactedSince?: string | null | undefined;
  search?: string | null | undefined;
};

export type ClientInput = {
  companyName?: string | null | undefined;
  email: string;
  firstContact?: string | null | undefined;
  fullName: string;
  phone?: string | null | undefined;
};

export const ClientOrderBy = {
  CommercialIdAsc: 'COMMERCIAL_ID_ASC',
  CommercialIdDesc: 'COMMERCIAL_ID_DESC',
  CompanyNameAsc: 'COMPANY_NAME_ASC',
  CompanyNameDesc: 'COMPANY_NAME_DESC',
  FirstContactAsc: 'FIRST_CONTACT_ASC',
  FirstContactDesc: 'FIRST_CONTACT_DESC',
  FullNameAsc: 'FULL_NAME_ASC',
  FullNameDesc: 'FULL_NAME_DESC',
  IdAsc: 'ID_ASC',
  IdDesc: 'ID_DESC',
  LastUpdateAsc: 'LAST_UPDATE_ASC',
  LastUpdateDesc: 'LAST_UPDATE_DESC',
  PrimaryKeyAsc: 'PRIMARY_KEY_ASC',
  PrimaryKeyDesc: 'PRIMARY_KEY_DESC'
} as const;

export type ClientOrderBy = typeof ClientOrderBy[keyof typeof ClientOrderBy];
export type ClientPatch = {
  companyName?: string | null | undefined;
  email?: string | null | undefined;
  fullName?: string | null | undefined;
  phone?: string | null | undefined;
  version?: number | null | undefined;
};

export const Closeness = {
  Contains: 'contains',
  Exact: 'exact',
  Similar: 'similar'
} as const;

export type Closeness = typeof Closeness[keyof typeof Closeness];
export type ContractCondition = {
  amountToBePaid?: string | null | undefined;
  clientId?: number | null | undefined;
  commercialId?: number | null | undefined;
  createdAt?: string | null | undefined;
  createdFrom?: string | null | undefined;
  createdTo?: string | null | undefined;
  id?: number | null | undefined;
  ids?: Array<number> | null | undefined;
  mine?: boolean | null | undefined;
  overdue?: boolean | null | undefined;
  search?: string | null | undefined;
  signedAt?: string | null | undefined;
  status?: ContractStatus | null | undefined;
  totalAmount?: string | null | undefined;
  unpaid?: boolean | null | undefined;
  unsigned?: boolean | null | undefined;
  updatedAt?: string | null | undefined;
};

export type ContractInput = {
  clientId: number;
  totalAmount: string;
};

export const ContractOrderBy = {
  AmountToBePaidAsc: 'AMOUNT_TO_BE_PAID_ASC',
  AmountToBePaidDesc: 'AMOUNT_TO_BE_PAID_DESC',
  ClientIdAsc: 'CLIENT_ID_ASC',
  ClientIdDesc: 'CLIENT_ID_DESC',
  CommercialIdAsc: 'COMMERCIAL_ID_ASC',
  CommercialIdDesc: 'COMMERCIAL_ID_DESC',
  CreatedAtAsc: 'CREATED_AT_ASC',
  CreatedAtDesc: 'CREATED_AT_DESC',
  IdAsc: 'ID_ASC',
  IdDesc: 'ID_DESC',
  PrimaryKeyAsc: 'PRIMARY_KEY_ASC',
  PrimaryKeyDesc: 'PRIMARY_KEY_DESC',
  SignedAtAsc: 'SIGNED_AT_ASC',
  SignedAtDesc: 'SIGNED_AT_DESC',
  StatusAsc: 'STATUS_ASC',
  StatusDesc: 'STATUS_DESC',
  TotalAmountAsc: 'TOTAL_AMOUNT_ASC',
  TotalAmountDesc: 'TOTAL_AMOUNT_DESC',
  UpdatedAtAsc: 'UPDATED_AT_ASC',
  UpdatedAtDesc: 'UPDATED_AT_DESC'
} as const;

export type ContractOrderBy = typeof ContractOrderBy[keyof typeof ContractOrderBy];
export type ContractPatch = {
  totalAmount?: string | null | undefined;
  version?: number | null | undefined;
};

export const ContractStatus = {
  Cancelled: 'cancelled',
  Draft: 'draft',
  Signed: 'signed'
} as const;

export type ContractStatus = typeof ContractStatus[keyof typeof ContractStatus];
export type CreateEmployeeInput = {
  department: Department;
  email: string;
  fullName: string;
  phone?: string | null | undefined;
};

export const Department = {
  Management: 'management',
  Sales: 'sales',
  Support: 'support'
} as const;

export type Department = typeof Department[keyof typeof Department];
export type EmployeeCondition = {
  active?: boolean | null | undefined;
  department?: Department | null | undefined;
  fullName?: string | null | undefined;
  id?: number | null | undefined;
  ids?: Array<number> | null | undefined;
};

export const EmployeeOrderBy = {
  ActiveAsc: 'ACTIVE_ASC',
  ActiveDesc: 'ACTIVE_DESC',
  DepartmentAsc: 'DEPARTMENT_ASC',
  DepartmentDesc: 'DEPARTMENT_DESC',
  FullNameAsc: 'FULL_NAME_ASC',
  FullNameDesc: 'FULL_NAME_DESC',
  IdAsc: 'ID_ASC',
  IdDesc: 'ID_DESC',
  PrimaryKeyAsc: 'PRIMARY_KEY_ASC',
  PrimaryKeyDesc: 'PRIMARY_KEY_DESC'
} as const;

export type EmployeeOrderBy = typeof EmployeeOrderBy[keyof typeof EmployeeOrderBy];
export type EmployeePatch = {
  email?: string | null | undefined;
  fullName?: string | null | undefined;
  phone?: string | null | undefined;
  version?: number | null | undefined;
};

export const EventAction = {
  Delete: 'delete',
  Insert: 'insert',
  Update: 'update'
} as const;

export type EventAction = typeof EventAction[keyof typeof EventAction];
export type EventCondition = {
  clientId?: number | null | undefined;
  commercialId?: number | null | undefined;
  contractId?: number | null | undefined;
  from?: string | null | undefined;
  id?: number | null | undefined;
  ids?: Array<number> | null | undefined;
  mine?: boolean | null | undefined;
  open?: boolean | null | undefined;
  search?: string | null | undefined;
  startDate?: string | null | undefined;
  status?: EventStatus | null | undefined;
  supportContactId?: number | null | undefined;
  to?: string | null | undefined;
  upcoming?: boolean | null | undefined;
  updatedAt?: string | null | undefined;
  withoutSupport?: boolean | null | undefined;
};

export type EventInput = {
  attendees?: number | null | undefined;
  contractId: number;
  endDate: string;
  location?: string | null | undefined;
  notes?: string | null | undefined;
  startDate: string;
  supportContactId?: number | null | undefined;
  title: string;
};

export const EventOrderBy = {
  CommercialIdAsc: 'COMMERCIAL_ID_ASC',
  CommercialIdDesc: 'COMMERCIAL_ID_DESC',
  ContractIdAsc: 'CONTRACT_ID_ASC',
  ContractIdDesc: 'CONTRACT_ID_DESC',
  IdAsc: 'ID_ASC',
  IdDesc: 'ID_DESC',
  PrimaryKeyAsc: 'PRIMARY_KEY_ASC',
  PrimaryKeyDesc: 'PRIMARY_KEY_DESC',
  StartDateAsc: 'START_DATE_ASC',
  StartDateDesc: 'START_DATE_DESC',
  StatusAsc: 'STATUS_ASC',
  StatusDesc: 'STATUS_DESC',
  SupportContactIdAsc: 'SUPPORT_CONTACT_ID_ASC',
  SupportContactIdDesc: 'SUPPORT_CONTACT_ID_DESC',
  UpdatedAtAsc: 'UPDATED_AT_ASC',
  UpdatedAtDesc: 'UPDATED_AT_DESC'
} as const;

export type EventOrderBy = typeof EventOrderBy[keyof typeof EventOrderBy];
export type EventPatch = {
  attendees?: number | null | undefined;
  endDate?: string | null | undefined;
  location?: string | null | undefined;
  notes?: string | null | undefined;
  startDate?: string | null | undefined;
  status?: EventStatus | null | undefined;
  title?: string | null | undefined;
  version?: number | null | undefined;
};

export const EventStatus = {
  Cancelled: 'cancelled',
  Completed: 'completed',
  Confirmed: 'confirmed',
  Planned: 'planned'
} as const;

export type EventStatus = typeof EventStatus[keyof typeof EventStatus];
export const HistoryAction = {
  Delete: 'delete',
  Insert: 'insert',
  Prune: 'prune',
  Update: 'update'
} as const;

export type HistoryAction = typeof HistoryAction[keyof typeof HistoryAction];
export const HistoryRecord = {
  Client: 'client',
  Contract: 'contract',
  Employee: 'employee',
  Event: 'event',
  History: 'history',
  Note: 'note',
  Payment: 'payment'
} as const;

export type HistoryRecord = typeof HistoryRecord[keyof typeof HistoryRecord];
export const ImportRecord = {
  Client: 'client',
  Contract: 'contract',
  Event: 'event'
} as const;

export type ImportRecord = typeof ImportRecord[keyof typeof ImportRecord];
export const MySessionOrderBy = {
  LastUsedAtAsc: 'LAST_USED_AT_ASC',
  LastUsedAtDesc: 'LAST_USED_AT_DESC',
  PrimaryKeyAsc: 'PRIMARY_KEY_ASC',
  PrimaryKeyDesc: 'PRIMARY_KEY_DESC'
} as const;

export type MySessionOrderBy = typeof MySessionOrderBy[keyof typeof MySessionOrderBy];
export type NoteCondition = {
  authorId?: number | null | undefined;
  clientId?: number | null | undefined;
  contractId?: number | null | undefined;
  due?: string | null | undefined;
  eventId?: number | null | undefined;
  id?: number | null | undefined;
  ids?: Array<number> | null | undefined;
  mine?: boolean | null | undefined;
  open?: boolean | null | undefined;
  remindOn?: string | null | undefined;
  search?: string | null | undefined;
};

export type NoteInput = {
  body: string;
  clientId?: number | null | undefined;
  contractId?: number | null | undefined;
  eventId?: number | null | undefined;
  remindOn?: string | null | undefined;
};

export const NoteOrderBy = {
  AuthorIdAsc: 'AUTHOR_ID_ASC',
  AuthorIdDesc: 'AUTHOR_ID_DESC',
  ClientIdAsc: 'CLIENT_ID_ASC',
  ClientIdDesc: 'CLIENT_ID_DESC',
  ContractIdAsc: 'CONTRACT_ID_ASC',
  ContractIdDesc: 'CONTRACT_ID_DESC',
  EventIdAsc: 'EVENT_ID_ASC',
  EventIdDesc: 'EVENT_ID_DESC',
  IdAsc: 'ID_ASC',
  IdDesc: 'ID_DESC',
  PrimaryKeyAsc: 'PRIMARY_KEY_ASC',
  PrimaryKeyDesc: 'PRIMARY_KEY_DESC',
  RemindOnAsc: 'REMIND_ON_ASC',
  RemindOnDesc: 'REMIND_ON_DESC'
} as const;

export type NoteOrderBy = typeof NoteOrderBy[keyof typeof NoteOrderBy];
export type NotePatch = {
  body?: string | null | undefined;
  remindOn?: string | null | undefined;
  version?: number | null | undefined;
};

export type NotificationCondition = {
  contractId?: number | null | undefined;
  employeeId?: number | null | undefined;
  eventId?: number | null | undefined;
  id?: number | null | undefined;
  ids?: Array<number> | null | undefined;
  noteId?: number | null | undefined;
  recipientId?: number | null | undefined;
  unread?: boolean | null | undefined;
};

export const NotificationKind = {
  ContractCancelled: 'contract_cancelled',
  ContractSigned: 'contract_signed',
  EventAssigned: 'event_assigned',
  EventCancelled: 'event_cancelled',
  EventCompleted: 'event_completed',
  EventConfirmed: 'event_confirmed',
  EventCreated: 'event_created',
  EventDeleted: 'event_deleted',
  EventMoved: 'event_moved',
  EventPlanned: 'event_planned',
  EventRescheduled: 'event_rescheduled',
  EventUnassigned: 'event_unassigned',
  NoteDue: 'note_due',
  PasswordChanged: 'password_changed',
  PasswordReset: 'password_reset',
  RecoveryCodeUsed: 'recovery_code_used',
  RecoveryCodesReplaced: 'recovery_codes_replaced',
  SecondFactorDisabled: 'second_factor_disabled',
  SecondFactorEnabled: 'second_factor_enabled',
  SecondFactorReset: 'second_factor_reset'
} as const;

export type NotificationKind = typeof NotificationKind[keyof typeof NotificationKind];
export const NotificationOrderBy = {
  ContractIdAsc: 'CONTRACT_ID_ASC',
  ContractIdDesc: 'CONTRACT_ID_DESC',
  EmployeeIdAsc: 'EMPLOYEE_ID_ASC',
  EmployeeIdDesc: 'EMPLOYEE_ID_DESC',
  EventIdAsc: 'EVENT_ID_ASC',
  EventIdDesc: 'EVENT_ID_DESC',
  IdAsc: 'ID_ASC',
  IdDesc: 'ID_DESC',
  NoteIdAsc: 'NOTE_ID_ASC',
  NoteIdDesc: 'NOTE_ID_DESC',
  PrimaryKeyAsc: 'PRIMARY_KEY_ASC',
  PrimaryKeyDesc: 'PRIMARY_KEY_DESC',
  RecipientIdAsc: 'RECIPIENT_ID_ASC',
  RecipientIdDesc: 'RECIPIENT_ID_DESC'
} as const;

export type NotificationOrderBy = typeof NotificationOrderBy[keyof typeof NotificationOrderBy];
export type PaymentCondition = {
  amount?: string | null | undefined;
  clientId?: number | null | undefined;
  contractId?: number | null | undefined;
  id?: number | null | undefined;
  ids?: Array<number> | null | undefined;
  mine?: boolean | null | undefined;
  paidFrom?: string | null | undefined;
  paidOn?: string | null | undefined;
  paidTo?: string | null | undefined;
  recordedById?: number | null | undefined;
};

export const PaymentOrderBy = {
  AmountAsc: 'AMOUNT_ASC',
  AmountDesc: 'AMOUNT_DESC',
  ContractIdAsc: 'CONTRACT_ID_ASC',
  ContractIdDesc: 'CONTRACT_ID_DESC',
  IdAsc: 'ID_ASC',
  IdDesc: 'ID_DESC',
  PaidOnAsc: 'PAID_ON_ASC',
  PaidOnDesc: 'PAID_ON_DESC',
  PrimaryKeyAsc: 'PRIMARY_KEY_ASC',
  PrimaryKeyDesc: 'PRIMARY_KEY_DESC',
  RecordedByIdAsc: 'RECORDED_BY_ID_ASC',
  RecordedByIdDesc: 'RECORDED_BY_ID_DESC'
} as const;

export type PaymentOrderBy = typeof PaymentOrderBy[keyof typeof PaymentOrderBy];
export const PolicyMode = {
  Permissive: 'permissive',
  Restrictive: 'restrictive'
} as const;

export type PolicyMode = typeof PolicyMode[keyof typeof PolicyMode];
export const RecordKind = {
  Client: 'client',
  Contract: 'contract',
  Employee: 'employee',
  Event: 'event',
  History: 'history',
  MySession: 'my_session',
  Note: 'note',
  Notification: 'notification',
  Payment: 'payment',
  ServiceAccount: 'service_account'
} as const;

export type RecordKind = typeof RecordKind[keyof typeof RecordKind];
export type RecordPaymentInput = {
  amount: string;
  contractId: number;
  paidOn?: string | null | undefined;
};

export const RuleOutcome = {
  Broken: 'broken',
  Kept: 'kept',
  Untried: 'untried'
} as const;

export type RuleOutcome = typeof RuleOutcome[keyof typeof RuleOutcome];
export const SearchResultKind = {
  Client: 'client',
  Contract: 'contract',
  Employee: 'employee',
  Event: 'event',
  Note: 'note'
} as const;

export type SearchResultKind = typeof SearchResultKind[keyof typeof SearchResultKind];
export const ServiceAccountOrderBy = {
  NameAsc: 'NAME_ASC',
  NameDesc: 'NAME_DESC',
  PrimaryKeyAsc: 'PRIMARY_KEY_ASC',
  PrimaryKeyDesc: 'PRIMARY_KEY_DESC'
} as const;

export type ServiceAccountOrderBy = typeof ServiceAccountOrderBy[keyof typeof ServiceAccountOrderBy];
export type AccessQueryVariables = Exact<{
  noun: RecordKind;
  id?: number | null | undefined;
  record: RecordKind;
  verb: AccessVerb;
  rowId?: number | null | undefined;
  columns?: Array<string> | string | null | undefined;
  newValues?: unknown;
}>;


export type AccessQuery = { seen: { isVisible: boolean } | null, steps: Array<{ step: number, kind: AccessStepKind, name: string | null, role: string | null, mode: PolicyMode | null, clause: string | null, isMine: boolean, holds: boolean | null, sentence: string | null }>, refusal: { message: string | null, contactDepartment: Department | null, contact: { id: number, fullName: string, department: Department, email: string, phone: string | null } | null } | null };

export type ClientChoicesQueryVariables = Exact<{
  condition: ClientCondition;
  first: number;
}>;


export type ClientChoicesQuery = { clients: { nodes: Array<{ id: number, fullName: string, companyName: string | null, email: string | null }> } };

export type ContractChoicesQueryVariables = Exact<{
  condition: ContractCondition;
  first: number;
}>;


export type ContractChoicesQuery = { contracts: { nodes: Array<{ id: number, clientId: number, clientName: string, status: ContractStatus, totalAmount: string, amountToBePaid: string }> } };

export type EventChoicesQueryVariables = Exact<{
  condition: EventCondition;
  first: number;
}>;


export type EventChoicesQuery = { events: { nodes: Array<{ id: number, title: string, startDate: string, location: string | null, contract: { clientName: string } }> } };

export type ClientListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  orderBy?: Array<ClientOrderBy> | ClientOrderBy | null | undefined;
  condition?: ClientCondition | null | undefined;
  counted?: boolean;
  upTo?: number | null | undefined;
}>;


export type ClientListQuery = { clients: { totalCount?: number, nodes: Array<{ id: number, fullName: string, email: string | null, phone: string | null, companyName: string | null, firstContact: string, lastUpdate: string, commercialId: number, commercialName: string, erasedAt: string | null, version: number }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ClientViewQueryVariables = Exact<{
  id: number;
}>;


export type ClientViewQuery = { client: { id: number, fullName: string, email: string | null, phone: string | null, companyName: string | null, firstContact: string, lastUpdate: string, commercialId: number, commercialName: string, erasedAt: string | null, version: number } | null };

export type ClientSheetQueryVariables = Exact<{
  id: number;
  first: number;
  upTo?: number | null | undefined;
}>;


export type ClientSheetQuery = { client: { id: number, fullName: string, email: string | null, phone: string | null, companyName: string | null, firstContact: string, lastUpdate: string, commercialId: number, commercialName: string, erasedAt: string | null, version: number, commercial: { fullName: string, phone: string | null, email: string }, notesAbout: { totalCount: number, nodes: Array<{ id: number, clientId: number | null, clientName: string | null, contractId: number | null, eventId: number | null, authorId: number, authorName: string, body: string, createdAt: string, remindOn: string | null, doneAt: string | null, version: number, contract: { clientName: string } | null, event: { title: string } | null }> }, contracts: { totalCount: number, nodes: Array<{ id: number, clientId: number, clientName: string, commercialId: number, commercialName: string, totalAmount: string, amountToBePaid: string, status: ContractStatus, createdAt: string, signedAt: string | null, version: number }> } } | null, events: { totalCount: number, nodes: Array<{ id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, contract: { clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } } }> } };

export type ClientCreateMutationVariables = Exact<{
  client: ClientInput;
}>;


export type ClientCreateMutation = { createClient: { client: { id: number, fullName: string, email: string | null, phone: string | null, companyName: string | null, firstContact: string, lastUpdate: string, commercialId: number, commercialName: string, erasedAt: string | null, version: number } | null } | null };

export type ClientUpdateMutationVariables = Exact<{
  id: number;
  patch: ClientPatch;
}>;


export type ClientUpdateMutation = { updateClient: { client: { id: number, fullName: string, email: string | null, phone: string | null, companyName: string | null, firstContact: string, lastUpdate: string, commercialId: number, commercialName: string, erasedAt: string | null, version: number } | null } | null };

export type ClientHandOverMutationVariables = Exact<{
  id: number;
  to: number;
}>;


export type ClientHandOverMutation = { handOverClient: { client: { id: number, fullName: string, email: string | null, phone: string | null, companyName: string | null, firstContact: string, lastUpdate: string, commercialId: number, commercialName: string, erasedAt: string | null, version: number } | null } | null };

export type ClientContactMutationVariables = Exact<{
  id: number;
}>;


export type ClientContactMutation = { recordContact: { client: { id: number, fullName: string, email: string | null, phone: string | null, companyName: string | null, firstContact: string, lastUpdate: string, commercialId: number, commercialName: string, erasedAt: string | null, version: number } | null } | null };

export type ClientEraseMutationVariables = Exact<{
  id: number;
  confirm: boolean;
}>;


export type ClientEraseMutation = { eraseClient: { erasure: { clientId: number } | null } | null };

export type ClientMergeMutationVariables = Exact<{
  id: number;
  merged: number;
  dryRun?: boolean | null | undefined;
  version?: number | null | undefined;
  mergedVersion?: number | null | undefined;
}>;


export type ClientMergeMutation = { mergeClients: { clientMerge: { filled: Array<string>, moved: Array<{ record: RecordKind, records: number }> } | null } | null };

export type ClientPairQueryVariables = Exact<{
  id: number;
  merged: number;
}>;


export type ClientPairQuery = { stays: { id: number, fullName: string, email: string | null, phone: string | null, companyName: string | null, firstContact: string, lastUpdate: string, commercialId: number, commercialName: string, erasedAt: string | null, version: number } | null, goes: { id: number, fullName: string, email: string | null, phone: string | null, companyName: string | null, firstContact: string, lastUpdate: string, commercialId: number, commercialName: string, erasedAt: string | null, version: number } | null };

export type ClientMergedIntoQueryVariables = Exact<{
  id: number;
}>;


export type ClientMergedIntoQuery = { clientMergedInto: { id: number, fullName: string, companyName: string | null } | null };

export type ClientExportMutationVariables = Exact<{
  id: number;
}>;


export type ClientExportMutation = { exportClient: { exported: unknown } | null };

export type ClientFieldsFragment = { id: number, fullName: string, email: string | null, phone: string | null, companyName: string | null, firstContact: string, lastUpdate: string, commercialId: number, commercialName: string, erasedAt: string | null, version: number };

export type PagingFragment = { hasNextPage: boolean, endCursor: string | null };

export type ClientNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type ClientNamesQuery = { mine: { nodes: Array<{ id: number, fullName: string, companyName: string | null }> }, all: { nodes: Array<{ id: number, fullName: string, companyName: string | null }> } };

export type ContractNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type ContractNamesQuery = { mine: { nodes: Array<{ id: number, status: ContractStatus, clientName: string }> }, all: { nodes: Array<{ id: number, status: ContractStatus, clientName: string }> } };

export type ContractNameFragment = { id: number, status: ContractStatus, clientName: string };

export type EventNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type EventNamesQuery = { mine: { nodes: Array<{ id: number, title: string, startDate: string }> }, all: { nodes: Array<{ id: number, title: string, startDate: string }> } };

export type EmployeeNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type EmployeeNamesQuery = { all: { nodes: Array<{ id: number, fullName: string, department: Department }> } };

export type NoteNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type NoteNamesQuery = { mine: { nodes: Array<{ id: number, body: string }> }, all: { nodes: Array<{ id: number, body: string }> } };

export type NotificationNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type NotificationNamesQuery = { all: { nodes: Array<{ id: number, kind: NotificationKind, recipientId: number, eventId: number | null, contractId: number | null, employeeId: number | null, noteId: number | null, subject: string | null, oldValues: unknown, newValues: unknown, createdAt: string, readAt: string | null }> } };

export type SessionNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionNamesQuery = { all: { nodes: Array<{ id: string, userAgent: string | null }> } };

export type ContractListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  orderBy?: Array<ContractOrderBy> | ContractOrderBy | null | undefined;
  condition?: ContractCondition | null | undefined;
  counted?: boolean;
  upTo?: number | null | undefined;
}>;


export type ContractListQuery = { contracts: { totalCount?: number, nodes: Array<{ id: number, clientId: number, clientName: string, commercialId: number, commercialName: string, totalAmount: string, amountToBePaid: string, status: ContractStatus, createdAt: string, signedAt: string | null, version: number }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ContractViewQueryVariables = Exact<{
  id: number;
}>;


export type ContractViewQuery = { contract: { id: number, clientId: number, clientName: string, commercialId: number, commercialName: string, totalAmount: string, amountToBePaid: string, status: ContractStatus, createdAt: string, signedAt: string | null, version: number } | null };

export type ContractSheetQueryVariables = Exact<{
  id: number;
  first: number;
  upTo?: number | null | undefined;
}>;


export type ContractSheetQuery = { contract: { isOverdue: boolean, id: number, clientId: number, clientName: string, commercialId: number, commercialName: string, totalAmount: string, amountToBePaid: string, status: ContractStatus, createdAt: string, signedAt: string | null, version: number, client: { id: number, fullName: string, email: string | null, phone: string | null, companyName: string | null, firstContact: string, lastUpdate: string, commercialId: number, commercialName: string, erasedAt: string | null, version: number }, commercial: { fullName: string, phone: string | null, email: string }, notesAbout: { totalCount: number, nodes: Array<{ id: number, clientId: number | null, clientName: string | null, contractId: number | null, eventId: number | null, authorId: number, authorName: string, body: string, createdAt: string, remindOn: string | null, doneAt: string | null, version: number, contract: { clientName: string } | null, event: { title: string } | null }> }, payments: { totalCount: number, nodes: Array<{ id: number, contractId: number, amount: string, paidOn: string, recordedById: number, recordedByName: string, contract: { clientId: number, clientName: string } }> }, events: { totalCount: number, nodes: Array<{ id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, contract: { clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } } }> } } | null };

export type ContractCreateMutationVariables = Exact<{
  contract: ContractInput;
}>;


export type ContractCreateMutation = { createContract: { contract: { id: number, clientId: number, clientName: string, commercialId: number, commercialName: string, totalAmount: string, amountToBePaid: string, status: ContractStatus, createdAt: string, signedAt: string | null, version: number } | null } | null };

export type ContractUpdateMutationVariables = Exact<{
  id: number;
  patch: ContractPatch;
}>;


export type ContractUpdateMutation = { updateContract: { contract: { id: number, clientId: number, clientName: string, commercialId: number, commercialName: string, totalAmount: string, amountToBePaid: string, status: ContractStatus, createdAt: string, signedAt: string | null, version: number } | null } | null };

export type ContractSignMutationVariables = Exact<{
  id: number;
}>;


export type ContractSignMutation = { signContract: { contract: { id: number, clientId: number, clientName: string, commercialId: number, commercialName: string, totalAmount: string, amountToBePaid: string, status: ContractStatus, createdAt: string, signedAt: string | null, version: number } | null } | null };

export type ContractCancelMutationVariables = Exact<{
  id: number;
}>;


export type ContractCancelMutation = { cancelContract: { contract: { id: number, clientId: number, clientName: string, commercialId: number, commercialName: string, totalAmount: string, amountToBePaid: string, status: ContractStatus, createdAt: string, signedAt: string | null, version: number, events: { nodes: Array<{ id: number, title: string }> } } | null } | null };

export type ContractPayMutationVariables = Exact<{
  payment: RecordPaymentInput;
}>;


export type ContractPayMutation = { recordPayment: { payment: { id: number, amount: string, paidOn: string, contract: { id: number, clientId: number, clientName: string, commercialId: number, commercialName: string, totalAmount: string, amountToBePaid: string, status: ContractStatus, createdAt: string, signedAt: string | null, version: number } } | null } | null };

export type ContractDeleteMutationVariables = Exact<{
  id: number;
}>;


export type ContractDeleteMutation = { deleteContract: { contract: { id: number, clientId: number, clientName: string, commercialId: number, commercialName: string, totalAmount: string, amountToBePaid: string, status: ContractStatus, createdAt: string, signedAt: string | null, version: number } | null } | null };

export type ContractFieldsFragment = { id: number, clientId: number, clientName: string, commercialId: number, commercialName: string, totalAmount: string, amountToBePaid: string, status: ContractStatus, createdAt: string, signedAt: string | null, version: number };

export type ContractOpenEventsQueryVariables = Exact<{
  id: number;
}>;


export type ContractOpenEventsQuery = { contract: { events: { nodes: Array<{ id: number, title: string }> } } | null };

export type EmployeeListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  orderBy?: Array<EmployeeOrderBy> | EmployeeOrderBy | null | undefined;
  condition?: EmployeeCondition | null | undefined;
  counted?: boolean;
  upTo?: number | null | undefined;
}>;


export type EmployeeListQuery = { employees: { totalCount?: number, nodes: Array<{ id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type EmployeeViewQueryVariables = Exact<{
  id: number;
}>;


export type EmployeeViewQuery = { employee: { id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number } | null };

export type EmployeeSheetQueryVariables = Exact<{
  id: number;
  first: number;
  upTo?: number | null | undefined;
}>;


export type EmployeeSheetQuery = { employee: { id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number, clients: { totalCount: number }, unsigned: { totalCount: number }, unpaid: { totalCount: number }, events: { totalCount: number, nodes: Array<{ id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, contract: { clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } } }> }, soldEvents: { totalCount: number, nodes: Array<{ id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, contract: { clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } } }> } } | null };

export type EmployeeCreateMutationVariables = Exact<{
  input: CreateEmployeeInput;
}>;


export type EmployeeCreateMutation = { createEmployee: { oneTimePassword: string, employee: { id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number } | null } | null };

export type EmployeeUpdateMutationVariables = Exact<{
  id: number;
  patch: EmployeePatch;
}>;


export type EmployeeUpdateMutation = { updateEmployee: { employee: { id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number } | null } | null };

export type EmployeeMoveMutationVariables = Exact<{
  id: number;
  department: Department;
  handOverTo?: number | null | undefined;
}>;


export type EmployeeMoveMutation = { moveEmployee: { employee: { id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number } | null } | null };

export type EmployeeActivateMutationVariables = Exact<{
  id: number;
}>;


export type EmployeeActivateMutation = { activateEmployee: { employee: { id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number } | null } | null };

export type EmployeeDeactivateMutationVariables = Exact<{
  id: number;
  handOverTo?: number | null | undefined;
}>;


export type EmployeeDeactivateMutation = { deactivateEmployee: { employee: { id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number } | null } | null };

export type EmployeeResetPasswordMutationVariables = Exact<{
  id: number;
}>;


export type EmployeeResetPasswordMutation = { resetPassword: { oneTimePassword: string, employee: { id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number } | null } | null };

export type EmployeeDeleteMutationVariables = Exact<{
  id: number;
}>;


export type EmployeeDeleteMutation = { deleteEmployee: { employee: { id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number } | null } | null };

export type EmployeeLeavingQueryVariables = Exact<{
  id: number;
  to: number;
}>;


export type EmployeeLeavingQuery = { me: { id: number } | null, employee: { id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number, clients: { totalCount: number, nodes: Array<{ fullName: string, companyName: string | null }> }, events: { totalCount: number, nodes: Array<{ title: string }> } } | null, successor: { id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number } | null };

export type EmployeeColleaguesQueryVariables = Exact<{
  department: Department;
}>;


export type EmployeeColleaguesQuery = { employees: { nodes: Array<{ id: number, fullName: string }> } };

export type EmployeeFieldsFragment = { id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number };

export type PersonFieldsFragment = { fullName: string, phone: string | null, email: string };

export type EventListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  orderBy?: Array<EventOrderBy> | EventOrderBy | null | undefined;
  condition?: EventCondition | null | undefined;
  counted?: boolean;
  upTo?: number | null | undefined;
}>;


export type EventListQuery = { events: { totalCount?: number, nodes: Array<{ id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, contract: { clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type EventMonthQueryVariables = Exact<{
  after?: string | null | undefined;
  from: string;
  to: string;
}>;


export type EventMonthQuery = { me: { id: number } | null, events: { nodes: Array<{ id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, contract: { clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type EventCalendarQueryVariables = Exact<{
  firstDay: string;
  lastDay: string;
  timeZone: string;
  mine?: boolean | null | undefined;
  support?: number | null | undefined;
}>;


export type EventCalendarQuery = { calendar: Array<{ day: string | null, dayEvents: number | null, eventId: number, title: string, startDate: string, endDate: string, status: EventStatus, supportContactId: number | null, supportContact: string | null, mine: boolean, doubleBooked: boolean }> };

export type EventViewQueryVariables = Exact<{
  id: number;
}>;


export type EventViewQuery = { event: { id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, contract: { clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } } } | null };

export type EventSheetQueryVariables = Exact<{
  id: number;
  first: number;
  upTo?: number | null | undefined;
  notes?: NoteCondition | null | undefined;
}>;


export type EventSheetQuery = { event: { id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, notesAbout: { totalCount: number, nodes: Array<{ id: number, clientId: number | null, clientName: string | null, contractId: number | null, eventId: number | null, authorId: number, authorName: string, body: string, createdAt: string, remindOn: string | null, doneAt: string | null, version: number, contract: { clientName: string } | null, event: { title: string } | null }> }, contract: { status: ContractStatus, totalAmount: string, clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } }, commercial: { fullName: string, phone: string | null, email: string }, supportContact: { fullName: string, phone: string | null, email: string } | null } | null };

export type EventCreateMutationVariables = Exact<{
  event: EventInput;
}>;


export type EventCreateMutation = { createEvent: { event: { id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, contract: { clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } } } | null } | null };

export type EventUpdateMutationVariables = Exact<{
  id: number;
  patch: EventPatch;
}>;


export type EventUpdateMutation = { updateEvent: { event: { id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, contract: { clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } } } | null } | null };

export type EventAssignMutationVariables = Exact<{
  id: number;
  support: number;
}>;


export type EventAssignMutation = { assignSupport: { event: { id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, contract: { clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } } } | null } | null };

export type EventUnassignMutationVariables = Exact<{
  id: number;
}>;


export type EventUnassignMutation = { unassignSupport: { event: { id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, contract: { clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } } } | null } | null };

export type EventDeleteMutationVariables = Exact<{
  id: number;
}>;


export type EventDeleteMutation = { deleteEvent: { event: { id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, contract: { clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } } } | null } | null };

export type EventFieldsFragment = { id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, contract: { clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } } };

export type HistoryQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  record: HistoryRecord;
  rowId: number;
}>;


export type HistoryQuery = { historyEntries: { nodes: Array<{ id: string, changedAt: string, transactionId: string, record: HistoryRecord, rowId: number, action: HistoryAction, employeeId: number | null, employeeName: string | null, serviceAccount: string | null, databaseUser: string | null, oldValues: unknown, newValues: unknown }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type NamesQueryVariables = Exact<{
  employees?: Array<number> | number | null | undefined;
  clients?: Array<number> | number | null | undefined;
}>;


export type NamesQuery = { employees: { nodes: Array<{ id: number, fullName: string }> }, clients: { nodes: Array<{ id: number, fullName: string, companyName: string | null }> } };

export type HistoryFieldsFragment = { id: string, changedAt: string, transactionId: string, record: HistoryRecord, rowId: number, action: HistoryAction, employeeId: number | null, employeeName: string | null, serviceAccount: string | null, databaseUser: string | null, oldValues: unknown, newValues: unknown };

export type ImportStageMutationVariables = Exact<{
  importId: string;
  lines: unknown;
}>;


export type ImportStageMutation = { stageImport: { staged: number | null } | null };

export type ImportRunMutationVariables = Exact<{
  importId: string;
  record: ImportRecord;
  matchEmail: boolean;
  allowDuplicates?: boolean | null | undefined;
  dryRun: boolean;
}>;


export type ImportRunMutation = { runImport: { outcome: { created: number, updated: number, unchanged: number, problems: Array<{ line: number, field: string | null, message: string }> } | null } | null };

export type MyDayQueryVariables = Exact<{
  rows: number;
  today: string;
  in30Days: string;
  timeZone: string;
}>;


export type MyDayQuery = { me: { fullName: string, department: Department } | null, unread: { totalCount: number, nodes: Array<{ id: number, kind: NotificationKind, recipientId: number, eventId: number | null, contractId: number | null, employeeId: number | null, noteId: number | null, subject: string | null, oldValues: unknown, newValues: unknown, createdAt: string, readAt: string | null }> }, due: { totalCount: number, nodes: Array<{ id: number, clientId: number | null, clientName: string | null, contractId: number | null, eventId: number | null, authorId: number, authorName: string, body: string, createdAt: string, remindOn: string | null, doneAt: string | null, version: number, contract: { clientName: string } | null, event: { title: string } | null }> }, myDrafts: { totalCount: number, nodes: Array<{ id: number, clientName: string, commercialName: string, totalAmount: string, amountToBePaid: string, createdAt: string, isOverdue: boolean, signedAt: string | null }> }, myUnpaid: { totalCount: number, nodes: Array<{ id: number, clientName: string, commercialName: string, totalAmount: string, amountToBePaid: string, createdAt: string, isOverdue: boolean, signedAt: string | null }> }, myEvents: { totalCount: number, nodes: Array<{ id: number, title: string, startDate: string, location: string | null, status: EventStatus, supportContactName: string | null }> }, withoutSupport: { totalCount: number, nodes: Array<{ id: number, title: string, startDate: string, location: string | null, status: EventStatus, supportContactName: string | null }> }, drafts: { totalCount: number, nodes: Array<{ id: number, clientName: string, commercialName: string, totalAmount: string, amountToBePaid: string, createdAt: string, isOverdue: boolean, signedAt: string | null }> }, load: Array<{ employeeId: number | null, fullName: string | null, events: number, upcomingEvents: number, nextStart: string | null }> };

export type DayContractsFragment = { totalCount: number, nodes: Array<{ id: number, clientName: string, commercialName: string, totalAmount: string, amountToBePaid: string, createdAt: string, isOverdue: boolean, signedAt: string | null }> };

export type DayEventsFragment = { totalCount: number, nodes: Array<{ id: number, title: string, startDate: string, location: string | null, status: EventStatus, supportContactName: string | null }> };

export type NoteListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  orderBy?: Array<NoteOrderBy> | NoteOrderBy | null | undefined;
  condition?: NoteCondition | null | undefined;
  counted?: boolean;
  upTo?: number | null | undefined;
}>;


export type NoteListQuery = { notes: { totalCount?: number, nodes: Array<{ id: number, clientId: number | null, clientName: string | null, contractId: number | null, eventId: number | null, authorId: number, authorName: string, body: string, createdAt: string, remindOn: string | null, doneAt: string | null, version: number, contract: { clientName: string } | null, event: { title: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type NoteViewQueryVariables = Exact<{
  id: number;
}>;


export type NoteViewQuery = { note: { id: number, clientId: number | null, clientName: string | null, contractId: number | null, eventId: number | null, authorId: number, authorName: string, body: string, createdAt: string, remindOn: string | null, doneAt: string | null, version: number, contract: { clientName: string } | null, event: { title: string } | null } | null };

export type NoteAddMutationVariables = Exact<{
  note: NoteInput;
}>;


export type NoteAddMutation = { createNote: { note: { id: number, clientId: number | null, clientName: string | null, contractId: number | null, eventId: number | null, authorId: number, authorName: string, body: string, createdAt: string, remindOn: string | null, doneAt: string | null, version: number, contract: { clientName: string } | null, event: { title: string } | null } | null } | null };

export type NoteUpdateMutationVariables = Exact<{
  id: number;
  patch: NotePatch;
}>;


export type NoteUpdateMutation = { updateNote: { note: { id: number, clientId: number | null, clientName: string | null, contractId: number | null, eventId: number | null, authorId: number, authorName: string, body: string, createdAt: string, remindOn: string | null, doneAt: string | null, version: number, contract: { clientName: string } | null, event: { title: string } | null } | null } | null };

export type NoteDoneMutationVariables = Exact<{
  id: number;
}>;


export type NoteDoneMutation = { finishNote: { note: { id: number, clientId: number | null, clientName: string | null, contractId: number | null, eventId: number | null, authorId: number, authorName: string, body: string, createdAt: string, remindOn: string | null, doneAt: string | null, version: number, contract: { clientName: string } | null, event: { title: string } | null } | null } | null };

export type NoteReopenMutationVariables = Exact<{
  id: number;
}>;


export type NoteReopenMutation = { reopenNote: { note: { id: number, clientId: number | null, clientName: string | null, contractId: number | null, eventId: number | null, authorId: number, authorName: string, body: string, createdAt: string, remindOn: string | null, doneAt: string | null, version: number, contract: { clientName: string } | null, event: { title: string } | null } | null } | null };

export type NoteDeleteMutationVariables = Exact<{
  id: number;
}>;


export type NoteDeleteMutation = { deleteNote: { note: { id: number, clientId: number | null, clientName: string | null, contractId: number | null, eventId: number | null, authorId: number, authorName: string, body: string, createdAt: string, remindOn: string | null, doneAt: string | null, version: number, contract: { clientName: string } | null, event: { title: string } | null } | null } | null };

export type NoteFieldsFragment = { id: number, clientId: number | null, clientName: string | null, contractId: number | null, eventId: number | null, authorId: number, authorName: string, body: string, createdAt: string, remindOn: string | null, doneAt: string | null, version: number, contract: { clientName: string } | null, event: { title: string } | null };

export type NotesAboutFragment = { totalCount: number, nodes: Array<{ id: number, clientId: number | null, clientName: string | null, contractId: number | null, eventId: number | null, authorId: number, authorName: string, body: string, createdAt: string, remindOn: string | null, doneAt: string | null, version: number, contract: { clientName: string } | null, event: { title: string } | null }> };

export type NotificationListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  orderBy?: Array<NotificationOrderBy> | NotificationOrderBy | null | undefined;
  condition?: NotificationCondition | null | undefined;
  counted?: boolean;
  upTo?: number | null | undefined;
}>;


export type NotificationListQuery = { notifications: { totalCount?: number, nodes: Array<{ id: number, kind: NotificationKind, recipientId: number, eventId: number | null, contractId: number | null, employeeId: number | null, noteId: number | null, subject: string | null, oldValues: unknown, newValues: unknown, createdAt: string, readAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type NotificationReadMutationVariables = Exact<{
  id: number;
  now: string;
}>;


export type NotificationReadMutation = { updateNotification: { notification: { id: number, kind: NotificationKind, recipientId: number, eventId: number | null, contractId: number | null, employeeId: number | null, noteId: number | null, subject: string | null, oldValues: unknown, newValues: unknown, createdAt: string, readAt: string | null } | null } | null };

export type NotificationReadAllMutationVariables = Exact<{ [key: string]: never; }>;


export type NotificationReadAllMutation = { markNotificationsRead: { notifications: Array<{ id: number, kind: NotificationKind, recipientId: number, eventId: number | null, contractId: number | null, employeeId: number | null, noteId: number | null, subject: string | null, oldValues: unknown, newValues: unknown, createdAt: string, readAt: string | null }> | null } | null };

export type NotificationFieldsFragment = { id: number, kind: NotificationKind, recipientId: number, eventId: number | null, contractId: number | null, employeeId: number | null, noteId: number | null, subject: string | null, oldValues: unknown, newValues: unknown, createdAt: string, readAt: string | null };

export type PaymentListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  orderBy?: Array<PaymentOrderBy> | PaymentOrderBy | null | undefined;
  condition?: PaymentCondition | null | undefined;
  counted?: boolean;
  upTo?: number | null | undefined;
}>;


export type PaymentListQuery = { payments: { totalCount?: number, nodes: Array<{ id: number, contractId: number, amount: string, paidOn: string, recordedById: number, recordedByName: string, contract: { clientId: number, clientName: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PaymentSumQueryVariables = Exact<{
  condition?: PaymentCondition | null | undefined;
}>;


export type PaymentSumQuery = { payments: { totalCount: number, amountSum: string } };

export type PaymentFieldsFragment = { id: number, contractId: number, amount: string, paidOn: string, recordedById: number, recordedByName: string, contract: { clientId: number, clientName: string } };

export type ReportQueryVariables = Exact<{
  firstDay: string;
  lastDay: string;
  timeZone: string;
}>;


export type ReportQuery = { pipeline: Array<{ fromDays: number, toDays: number | null, contracts: number, totalAmount: string }>, months: Array<{ month: string, signedContracts: number, signedAmount: string, paidAmount: string }>, salespeople: Array<{ employeeId: number, fullName: string, signedContracts: number, signedAmount: string, paidAmount: string }>, overdue: Array<{ employeeId: number, fullName: string, contracts: number, amountToBePaid: string, oldestSignedAt: string }>, support: Array<{ employeeId: number | null, fullName: string | null, events: number, upcomingEvents: number, nextStart: string | null }> };

export type SearchQueryVariables = Exact<{
  text: string;
  kinds?: Array<SearchResultKind> | SearchResultKind | null | undefined;
  department?: Department | null | undefined;
  first?: number | null | undefined;
}>;


export type SearchQuery = { search: Array<{ kind: SearchResultKind, title: string, detail: string | null, closeness: Closeness, id: number }> };

export type SimilarClientsQueryVariables = Exact<{
  name: string;
  email?: string | null | undefined;
  phone?: string | null | undefined;
}>;


export type SimilarClientsQuery = { similarClients: Array<{ id: number, fullName: string, companyName: string | null, commercialName: string, sameEmail: boolean, samePhone: boolean, closeName: boolean }> };

export type ServiceListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  orderBy?: Array<ServiceAccountOrderBy> | ServiceAccountOrderBy | null | undefined;
  counted?: boolean;
  upTo?: number | null | undefined;
}>;


export type ServiceListQuery = { serviceAccounts: { totalCount?: number, nodes: Array<{ name: string, ownerId: number, ownerName: string, readOnly: boolean, createdAt: string, lastUsedAt: string | null, expiresAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ServiceRevokeMutationVariables = Exact<{
  name: string;
}>;


export type ServiceRevokeMutation = { revokeServiceAccount: { serviceAccount: { name: string, ownerId: number, ownerName: string, readOnly: boolean, createdAt: string, lastUsedAt: string | null, expiresAt: string | null } | null } | null };

export type ServiceFieldsFragment = { name: string, ownerId: number, ownerName: string, readOnly: boolean, createdAt: string, lastUsedAt: string | null, expiresAt: string | null };

export type ChangePasswordMutationVariables = Exact<{
  input: ChangePasswordInput;
}>;


export type ChangePasswordMutation = { changePassword: { ok: boolean } | null };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number } | null };

export type WhoAmIQueryVariables = Exact<{ [key: string]: never; }>;


export type WhoAmIQuery = { me: { id: number, fullName: string, email: string, phone: string | null, department: Department, active: boolean, createdAt: string, version: number } | null, mySessions: { nodes: Array<{ current: boolean, readOnly: boolean }> } };

export type ReadOnlyTokenCreateMutationVariables = Exact<{ [key: string]: never; }>;


export type ReadOnlyTokenCreateMutation = { createReadOnlyToken: { accessToken: string } | null };

export type SessionListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  orderBy?: Array<MySessionOrderBy> | MySessionOrderBy | null | undefined;
  counted?: boolean;
  upTo?: number | null | undefined;
}>;


export type SessionListQuery = { mySessions: { totalCount?: number, nodes: Array<{ id: string, createdAt: string, lastUsedAt: string, expiresAt: string, endsAt: string, userAgent: string | null, readOnly: boolean, current: boolean }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type SessionRevokeMutationVariables = Exact<{
  id: string;
}>;


export type SessionRevokeMutation = { revokeSession: { session: { id: string, createdAt: string, lastUsedAt: string, expiresAt: string, endsAt: string, userAgent: string | null, readOnly: boolean, current: boolean } | null } | null };

export type SessionRevokeOthersMutationVariables = Exact<{ [key: string]: never; }>;


export type SessionRevokeOthersMutation = { revokeOtherSessions: { count: number } | null };

export type OpenSessionFieldsFragment = { id: string, createdAt: string, lastUsedAt: string, expiresAt: string, endsAt: string, userAgent: string | null, readOnly: boolean, current: boolean };

export type SecondFactorStatusQueryVariables = Exact<{ [key: string]: never; }>;


export type SecondFactorStatusQuery = { mySecondFactor: { enabledAt: string | null, recoveryCodesLeft: number, isRequired: boolean } | null };

export type SecondFactorBeginMutationVariables = Exact<{
  currentPassword: string;
}>;


export type SecondFactorBeginMutation = { beginSecondFactor: { secret: string, uri: string } | null };

export type SecondFactorEnableMutationVariables = Exact<{
  code: string;
}>;


export type SecondFactorEnableMutation = { enableSecondFactor: { recoveryCodes: Array<string> } | null };

export type SecondFactorDisableMutationVariables = Exact<{
  currentPassword: string;
  code: string;
}>;


export type SecondFactorDisableMutation = { disableSecondFactor: { ok: boolean } | null };

export type SecondFactorConfirmMutationVariables = Exact<{
  code: string;
}>;


export type SecondFactorConfirmMutation = { confirmSecondFactor: { ok: boolean } | null };

export type SecondFactorRecoveryCodesMutationVariables = Exact<{
  code: string;
}>;


export type SecondFactorRecoveryCodesMutation = { replaceRecoveryCodes: { recoveryCodes: Array<string> } | null };

export type SubscriptionPositionQueryVariables = Exact<{ [key: string]: never; }>;


export type SubscriptionPositionQuery = { subscriptionPosition: string };

export type NotificationReceivedSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type NotificationReceivedSubscription = { notificationReceived: { id: string, notification: { id: number, kind: NotificationKind, recipientId: number, eventId: number | null, contractId: number | null, employeeId: number | null, noteId: number | null, subject: string | null, oldValues: unknown, newValues: unknown, createdAt: string, readAt: string | null } | null } };

export type EventChangedSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type EventChangedSubscription = { eventChanged: { id: string, action: EventAction, eventId: number, event: { id: number, title: string, contractId: number, supportContactId: number | null, supportContactName: string | null, startDate: string, endDate: string, location: string | null, attendees: number, notes: string | null, status: EventStatus, version: number, contract: { clientId: number, clientName: string, commercialId: number, commercialName: string, client: { fullName: string, companyName: string | null, email: string | null, phone: string | null } } } | null } };

export type WhoMayQueryVariables = Exact<{
  record: RecordKind;
  verb: AccessVerb;
  rowId?: number | null | undefined;
  columns?: Array<string> | string | null | undefined;
  newValues?: unknown;
}>;


export type WhoMayQuery = { whoMay: Array<{ department: Department, employeeId: number | null, fullName: string | null, people: number, holds: boolean | null, policy: string | null, sentence: string | null, rules: RuleOutcome | null, rule: string | null, ruleSentence: string | null, isComplete: boolean }> };

export const Access: Operation<AccessQuery, AccessQueryVariables> =
  'query Access($noun:RecordKind!$id:Int$record:RecordKind!$verb:AccessVerb!$rowId:Int$columns:[String!]$newValues:JSON){seen:explainRefusal(record:$noun verb:read rowId:$id){isVisible}steps:explainAccess(record:$record verb:$verb rowId:$rowId columns:$columns newValues:$newValues){step kind name role mode clause isMine holds sentence}refusal:explainRefusal(record:$record verb:$verb rowId:$rowId columns:$columns newValues:$newValues){message contactDepartment contact{id fullName department email phone}}}';

export const ClientChoices: Operation<ClientChoicesQuery, ClientChoicesQueryVariables> =
  'query ClientChoices($condition:ClientCondition!$first:Int!){clients(condition:$condition first:$first orderBy:LAST_UPDATE_DESC){nodes{id fullName companyName email}}}';

export const ContractChoices: Operation<ContractChoicesQuery, ContractChoicesQueryVariables> =
  'query ContractChoices($condition:ContractCondition!$first:Int!){contracts(condition:$condition first:$first orderBy:ID_DESC){nodes{id clientId clientName status totalAmount amountToBePaid}}}';

export const EventChoices: Operation<EventChoicesQuery, EventChoicesQueryVariables> =
  'query EventChoices($condition:EventCondition!$first:Int!){events(condition:$condition first:$first orderBy:START_DATE_ASC){nodes{id title startDate location contract{clientName}}}}';

export const ClientList: Operation<ClientListQuery, ClientListQueryVariables> =
  'query ClientList($first:Int$after:Cursor$orderBy:[ClientOrderBy!]$condition:ClientCondition$counted:Boolean!=false$upTo:Int){clients(first:$first after:$after orderBy:$orderBy condition:$condition){nodes{...ClientFields}pageInfo{...Paging}totalCount(upTo:$upTo)@include(if:$counted)}}fragment ClientFields on Client{id fullName email phone companyName firstContact lastUpdate commercialId commercialName erasedAt version}fragment Paging on PageInfo{hasNextPage endCursor}';

export const ClientView: Operation<ClientViewQuery, ClientViewQueryVariables> =
  'query ClientView($id:Int!){client(id:$id){...ClientFields}}fragment ClientFields on Client{id fullName email phone companyName firstContact lastUpdate commercialId commercialName erasedAt version}';

export const ClientSheet: Operation<ClientSheetQuery, ClientSheetQueryVariables> =
  'query ClientSheet($id:Int!$first:Int!$upTo:Int){client(id:$id){...ClientFields commercial{...PersonFields}notesAbout(first:$first orderBy:ID_DESC){...NotesAbout}contracts(first:$first orderBy:ID_DESC){nodes{...ContractFields}totalCount(upTo:$upTo)}}events(first:$first orderBy:START_DATE_ASC condition:{clientId:$id upcoming:true}){nodes{...EventFields}totalCount(upTo:$upTo)}}fragment ClientFields on Client{id fullName email phone companyName firstContact lastUpdate commercialId commercialName erasedAt version}fragment ContractFields on Contract{id clientId clientName commercialId commercialName totalAmount amountToBePaid status createdAt signedAt version}fragment PersonFields on Employee{fullName phone email}fragment EventFields on Event{id title contractId contract{clientId clientName client{fullName companyName email phone}commercialId commercialName}supportContactId supportContactName startDate endDate location attendees notes status version}fragment NoteFields on Note{id clientId clientName contractId contract{clientName}eventId event{title}authorId authorName body createdAt remindOn doneAt version}fragment NotesAbout on NoteConnection{nodes{...NoteFields}totalCount(upTo:$upTo)}';

export const ClientCreate: Operation<ClientCreateMutation, ClientCreateMutationVariables> =
  'mutation ClientCreate($client:ClientInput!){createClient(input:{client:$client}){client{...ClientFields}}}fragment ClientFields on Client{id fullName email phone companyName firstContact lastUpdate commercialId commercialName erasedAt version}';

export const ClientUpdate: Operation<ClientUpdateMutation, ClientUpdateMutationVariables> =
  'mutation ClientUpdate($id:Int!$patch:ClientPatch!){updateClient(input:{id:$id patch:$patch}){client{...ClientFields}}}fragment ClientFields on Client{id fullName email phone companyName firstContact lastUpdate commercialId commercialName erasedAt version}';

export const ClientHandOver: Operation<ClientHandOverMutation, ClientHandOverMutationVariables> =
  'mutation ClientHandOver($id:Int!$to:Int!){handOverClient(input:{clientId:$id toEmployeeId:$to}){client{...ClientFields}}}fragment ClientFields on Client{id fullName email phone companyName firstContact lastUpdate commercialId commercialName erasedAt version}';

export const ClientContact: Operation<ClientContactMutation, ClientContactMutationVariables> =
  'mutation ClientContact($id:Int!){recordContact(input:{clientId:$id}){client{...ClientFields}}}fragment ClientFields on Client{id fullName email phone companyName firstContact lastUpdate commercialId commercialName erasedAt version}';

export const ClientErase: Operation<ClientEraseMutation, ClientEraseMutationVariables> =
  'mutation ClientErase($id:Int!$confirm:Boolean!){eraseClient(input:{clientId:$id confirm:$confirm}){erasure{clientId}}}';

export const ClientMerge: Operation<ClientMergeMutation, ClientMergeMutationVariables> =
  'mutation ClientMerge($id:Int!$merged:Int!$dryRun:Boolean$version:Int$mergedVersion:Int){mergeClients(input:{clientId:$id mergedClientId:$merged dryRun:$dryRun version:$version mergedVersion:$mergedVersion}){clientMerge{moved{record records}filled}}}';

export const ClientPair: Operation<ClientPairQuery, ClientPairQueryVariables> =
  'query ClientPair($id:Int!$merged:Int!){stays:client(id:$id){...ClientFields}goes:client(id:$merged){...ClientFields}}fragment ClientFields on Client{id fullName email phone companyName firstContact lastUpdate commercialId commercialName erasedAt version}';

export const ClientMergedInto: Operation<ClientMergedIntoQuery, ClientMergedIntoQueryVariables> =
  'query ClientMergedInto($id:Int!){clientMergedInto(formerId:$id){id fullName companyName}}';

export const ClientExport: Operation<ClientExportMutation, ClientExportMutationVariables> =
  'mutation ClientExport($id:Int!){exportClient(input:{clientId:$id}){exported}}';

export const ClientNames: Operation<ClientNamesQuery, ClientNamesQueryVariables> =
  'query ClientNames{mine:clients(first:100 orderBy:ID_DESC condition:{mine:true}){nodes{id fullName companyName}}all:clients(first:200 orderBy:ID_DESC){nodes{id fullName companyName}}}';

export const ContractNames: Operation<ContractNamesQuery, ContractNamesQueryVariables> =
  'query ContractNames{mine:contracts(first:100 orderBy:ID_DESC condition:{mine:true}){nodes{...ContractName}}all:contracts(first:200 orderBy:ID_DESC){nodes{...ContractName}}}fragment ContractName on Contract{id status clientName}';

export const EventNames: Operation<EventNamesQuery, EventNamesQueryVariables> =
  'query EventNames{mine:events(first:100 orderBy:ID_DESC condition:{mine:true}){nodes{id title startDate}}all:events(first:200 orderBy:ID_DESC){nodes{id title startDate}}}';

export const EmployeeNames: Operation<EmployeeNamesQuery, EmployeeNamesQueryVariables> =
  'query EmployeeNames{all:employees(first:200 orderBy:ID_ASC condition:{active:true}){nodes{id fullName department}}}';

export const NoteNames: Operation<NoteNamesQuery, NoteNamesQueryVariables> =
  'query NoteNames{mine:notes(first:100 orderBy:REMIND_ON_ASC condition:{mine:true open:true}){nodes{id body}}all:notes(first:200 orderBy:ID_DESC){nodes{id body}}}';

export const NotificationNames: Operation<NotificationNamesQuery, NotificationNamesQueryVariables> =
  'query NotificationNames{all:notifications(first:100 orderBy:ID_DESC){nodes{...NotificationFields}}}fragment NotificationFields on Notification{id kind recipientId eventId contractId employeeId noteId subject oldValues newValues createdAt readAt}';

export const SessionNames: Operation<SessionNamesQuery, SessionNamesQueryVariables> =
  'query SessionNames{all:mySessions(first:100){nodes{id userAgent}}}';

export const ContractList: Operation<ContractListQuery, ContractListQueryVariables> =
  'fragment Paging on PageInfo{hasNextPage endCursor}query ContractList($first:Int$after:Cursor$orderBy:[ContractOrderBy!]$condition:ContractCondition$counted:Boolean!=false$upTo:Int){contracts(first:$first after:$after orderBy:$orderBy condition:$condition){nodes{...ContractFields}pageInfo{...Paging}totalCount(upTo:$upTo)@include(if:$counted)}}fragment ContractFields on Contract{id clientId clientName commercialId commercialName totalAmount amountToBePaid status createdAt signedAt version}';

export const ContractView: Operation<ContractViewQuery, ContractViewQueryVariables> =
  'query ContractView($id:Int!){contract(id:$id){...ContractFields}}fragment ContractFields on Contract{id clientId clientName commercialId commercialName totalAmount amountToBePaid status createdAt signedAt version}';

export const ContractSheet: Operation<ContractSheetQuery, ContractSheetQueryVariables> =
  'fragment ClientFields on Client{id fullName email phone companyName firstContact lastUpdate commercialId commercialName erasedAt version}query ContractSheet($id:Int!$first:Int!$upTo:Int){contract(id:$id){...ContractFields isOverdue client{...ClientFields}commercial{...PersonFields}notesAbout(first:$first orderBy:ID_DESC){...NotesAbout}payments(first:$first orderBy:[PAID_ON_DESC ID_DESC]){nodes{...PaymentFields}totalCount(upTo:$upTo)}events(first:$first orderBy:START_DATE_ASC){nodes{...EventFields}totalCount(upTo:$upTo)}}}fragment ContractFields on Contract{id clientId clientName commercialId commercialName totalAmount amountToBePaid status createdAt signedAt version}fragment PersonFields on Employee{fullName phone email}fragment EventFields on Event{id title contractId contract{clientId clientName client{fullName companyName email phone}commercialId commercialName}supportContactId supportContactName startDate endDate location attendees notes status version}fragment NoteFields on Note{id clientId clientName contractId contract{clientName}eventId event{title}authorId authorName body createdAt remindOn doneAt version}fragment NotesAbout on NoteConnection{nodes{...NoteFields}totalCount(upTo:$upTo)}fragment PaymentFields on Payment{id contractId contract{clientId clientName}amount paidOn recordedById recordedByName}';

export const ContractCreate: Operation<ContractCreateMutation, ContractCreateMutationVariables> =
  'mutation ContractCreate($contract:ContractInput!){createContract(input:{contract:$contract}){contract{...ContractFields}}}fragment ContractFields on Contract{id clientId clientName commercialId commercialName totalAmount amountToBePaid status createdAt signedAt version}';

export const ContractUpdate: Operation<ContractUpdateMutation, ContractUpdateMutationVariables> =
  'mutation ContractUpdate($id:Int!$patch:ContractPatch!){updateContract(input:{id:$id patch:$patch}){contract{...ContractFields}}}fragment ContractFields on Contract{id clientId clientName commercialId commercialName totalAmount amountToBePaid status createdAt signedAt version}';

export const ContractSign: Operation<ContractSignMutation, ContractSignMutationVariables> =
  'mutation ContractSign($id:Int!){signContract(input:{contractId:$id}){contract{...ContractFields}}}fragment ContractFields on Contract{id clientId clientName commercialId commercialName totalAmount amountToBePaid status createdAt signedAt version}';

export const ContractCancel: Operation<ContractCancelMutation, ContractCancelMutationVariables> =
  'mutation ContractCancel($id:Int!){cancelContract(input:{contractId:$id}){contract{...ContractFields events(condition:{open:true}orderBy:[START_DATE_ASC]){nodes{id title}}}}}fragment ContractFields on Contract{id clientId clientName commercialId commercialName totalAmount amountToBePaid status createdAt signedAt version}';

export const ContractPay: Operation<ContractPayMutation, ContractPayMutationVariables> =
  'mutation ContractPay($payment:RecordPaymentInput!){recordPayment(input:$payment){payment{id amount paidOn contract{...ContractFields}}}}fragment ContractFields on Contract{id clientId clientName commercialId commercialName totalAmount amountToBePaid status createdAt signedAt version}';

export const ContractDelete: Operation<ContractDeleteMutation, ContractDeleteMutationVariables> =
  'mutation ContractDelete($id:Int!){deleteContract(input:{id:$id}){contract{...ContractFields}}}fragment ContractFields on Contract{id clientId clientName commercialId commercialName totalAmount amountToBePaid status createdAt signedAt version}';

export const ContractOpenEvents: Operation<ContractOpenEventsQuery, ContractOpenEventsQueryVariables> =
  'query ContractOpenEvents($id:Int!){contract(id:$id){events(condition:{open:true}orderBy:[START_DATE_ASC]first:20){nodes{id title}}}}';

export const EmployeeList: Operation<EmployeeListQuery, EmployeeListQueryVariables> =
  'fragment Paging on PageInfo{hasNextPage endCursor}query EmployeeList($first:Int$after:Cursor$orderBy:[EmployeeOrderBy!]$condition:EmployeeCondition$counted:Boolean!=false$upTo:Int){employees(first:$first after:$after orderBy:$orderBy condition:$condition){nodes{...EmployeeFields}pageInfo{...Paging}totalCount(upTo:$upTo)@include(if:$counted)}}fragment EmployeeFields on Employee{id fullName email phone department active createdAt version}';

export const EmployeeView: Operation<EmployeeViewQuery, EmployeeViewQueryVariables> =
  'query EmployeeView($id:Int!){employee(id:$id){...EmployeeFields}}fragment EmployeeFields on Employee{id fullName email phone department active createdAt version}';

export const EmployeeSheet: Operation<EmployeeSheetQuery, EmployeeSheetQueryVariables> =
  'query EmployeeSheet($id:Int!$first:Int!$upTo:Int){employee(id:$id){...EmployeeFields clients(condition:{current:true}){totalCount(upTo:$upTo)}unsigned:contracts(condition:{unsigned:true}){totalCount(upTo:$upTo)}unpaid:contracts(condition:{unpaid:true}){totalCount(upTo:$upTo)}events(first:$first orderBy:START_DATE_ASC condition:{upcoming:true}){nodes{...EventFields}totalCount(upTo:$upTo)}soldEvents(first:$first orderBy:START_DATE_ASC condition:{upcoming:true}){nodes{...EventFields}totalCount(upTo:$upTo)}}}fragment EmployeeFields on Employee{id fullName email phone department active createdAt version}fragment EventFields on Event{id title contractId contract{clientId clientName client{fullName companyName email phone}commercialId commercialName}supportContactId supportContactName startDate endDate location attendees notes status version}';

export const EmployeeCreate: Operation<EmployeeCreateMutation, EmployeeCreateMutationVariables> =
  'mutation EmployeeCreate($input:CreateEmployeeInput!){createEmployee(input:$input){employee{...EmployeeFields}oneTimePassword}}fragment EmployeeFields on Employee{id fullName email phone department active createdAt version}';

export const EmployeeUpdate: Operation<EmployeeUpdateMutation, EmployeeUpdateMutationVariables> =
  'mutation EmployeeUpdate($id:Int!$patch:EmployeePatch!){updateEmployee(input:{id:$id patch:$patch}){employee{...EmployeeFields}}}fragment EmployeeFields on Employee{id fullName email phone department active createdAt version}';

export const EmployeeMove: Operation<EmployeeMoveMutation, EmployeeMoveMutationVariables> =
  'mutation EmployeeMove($id:Int!$department:Department!$handOverTo:Int){moveEmployee(input:{employeeId:$id department:$department handOverTo:$handOverTo}){employee{...EmployeeFields}}}fragment EmployeeFields on Employee{id fullName email phone department active createdAt version}';

export const EmployeeActivate: Operation<EmployeeActivateMutation, EmployeeActivateMutationVariables> =
  'mutation EmployeeActivate($id:Int!){activateEmployee(input:{employeeId:$id}){employee{...EmployeeFields}}}fragment EmployeeFields on Employee{id fullName email phone department active createdAt version}';

export const EmployeeDeactivate: Operation<EmployeeDeactivateMutation, EmployeeDeactivateMutationVariables> =
  'mutation EmployeeDeactivate($id:Int!$handOverTo:Int){deactivateEmployee(input:{employeeId:$id handOverTo:$handOverTo}){employee{...EmployeeFields}}}fragment EmployeeFields on Employee{id fullName email phone department active createdAt version}';

export const EmployeeResetPassword: Operation<EmployeeResetPasswordMutation, EmployeeResetPasswordMutationVariables> =
  'mutation EmployeeResetPassword($id:Int!){resetPassword(input:{employeeId:$id}){employee{...EmployeeFields}oneTimePassword}}fragment EmployeeFields on Employee{id fullName email phone department active createdAt version}';

export const EmployeeDelete: Operation<EmployeeDeleteMutation, EmployeeDeleteMutationVariables> =
  'mutation EmployeeDelete($id:Int!){deleteEmployee(input:{id:$id}){employee{...EmployeeFields}}}fragment EmployeeFields on Employee{id fullName email phone department active createdAt version}';

export const EmployeeLeaving: Operation<EmployeeLeavingQuery, EmployeeLeavingQueryVariables> =
  'query EmployeeLeaving($id:Int!$to:Int!){me{id}employee(id:$id){...EmployeeFields clients(first:4 condition:{current:true}){totalCount(upTo:1000)nodes{fullName companyName}}events(first:4 orderBy:[START_DATE_ASC]condition:{open:true}){totalCount(upTo:1000)nodes{title}}}successor:employee(id:$to){...EmployeeFields}}fragment EmployeeFields on Employee{id fullName email phone department active createdAt version}';

export const EmployeeColleagues: Operation<EmployeeColleaguesQuery, EmployeeColleaguesQueryVariables> =
  'query EmployeeColleagues($department:Department!){employees(first:1000 orderBy:[FULL_NAME_ASC]condition:{department:$department active:true}){nodes{id fullName}}}';

export const EventList: Operation<EventListQuery, EventListQueryVariables> =
  'fragment Paging on PageInfo{hasNextPage endCursor}query EventList($first:Int$after:Cursor$orderBy:[EventOrderBy!]$condition:EventCondition$counted:Boolean!=false$upTo:Int){events(first:$first after:$after orderBy:$orderBy condition:$condition){nodes{...EventFields}pageInfo{...Paging}totalCount(upTo:$upTo)@include(if:$counted)}}fragment EventFields on Event{id title contractId contract{clientId clientName client{fullName companyName email phone}commercialId commercialName}supportContactId supportContactName startDate endDate location attendees notes status version}';

export const EventMonth: Operation<EventMonthQuery, EventMonthQueryVariables> =
  'fragment Paging on PageInfo{hasNextPage endCursor}query EventMonth($after:Cursor$from:Datetime!$to:Datetime!){me{id}events(first:1000 after:$after orderBy:START_DATE_ASC condition:{from:$from to:$to}){nodes{...EventFields}pageInfo{...Paging}}}fragment EventFields on Event{id title contractId contract{clientId clientName client{fullName companyName email phone}commercialId commercialName}supportContactId supportContactName startDate endDate location attendees notes status version}';

export const EventCalendar: Operation<EventCalendarQuery, EventCalendarQueryVariables> =
  'query EventCalendar($firstDay:Date!$lastDay:Date!$timeZone:String!$mine:Boolean$support:Int){calendar(firstDay:$firstDay lastDay:$lastDay timeZone:$timeZone mine:$mine supportContactId:$support){day dayEvents eventId title startDate endDate status supportContactId supportContact mine doubleBooked}}';

export const EventView: Operation<EventViewQuery, EventViewQueryVariables> =
  'query EventView($id:Int!){event(id:$id){...EventFields}}fragment EventFields on Event{id title contractId contract{clientId clientName client{fullName companyName email phone}commercialId commercialName}supportContactId supportContactName startDate endDate location attendees notes status version}';

export const EventSheet: Operation<EventSheetQuery, EventSheetQueryVariables> =
  'fragment PersonFields on Employee{fullName phone email}query EventSheet($id:Int!$first:Int!$upTo:Int$notes:NoteCondition){event(id:$id){...EventFields notesAbout(first:$first orderBy:ID_DESC condition:$notes){...NotesAbout}contract{status totalAmount}commercial{...PersonFields}supportContact{...PersonFields}}}fragment EventFields on Event{id title contractId contract{clientId clientName client{fullName companyName email phone}commercialId commercialName}supportContactId supportContactName startDate endDate location attendees notes status version}fragment NoteFields on Note{id clientId clientName contractId contract{clientName}eventId event{title}authorId authorName body createdAt remindOn doneAt version}fragment NotesAbout on NoteConnection{nodes{...NoteFields}totalCount(upTo:$upTo)}';

export const EventCreate: Operation<EventCreateMutation, EventCreateMutationVariables> =
  'mutation EventCreate($event:EventInput!){createEvent(input:{event:$event}){event{...EventFields}}}fragment EventFields on Event{id title contractId contract{clientId clientName client{fullName companyName email phone}commercialId commercialName}supportContactId supportContactName startDate endDate location attendees notes status version}';

export const EventUpdate: Operation<EventUpdateMutation, EventUpdateMutationVariables> =
  'mutation EventUpdate($id:Int!$patch:EventPatch!){updateEvent(input:{id:$id patch:$patch}){event{...EventFields}}}fragment EventFields on Event{id title contractId contract{clientId clientName client{fullName companyName email phone}commercialId commercialName}supportContactId supportContactName startDate endDate location attendees notes status version}';

export const EventAssign: Operation<EventAssignMutation, EventAssignMutationVariables> =
  'mutation EventAssign($id:Int!$support:Int!){assignSupport(input:{eventId:$id employeeId:$support}){event{...EventFields}}}fragment EventFields on Event{id title contractId contract{clientId clientName client{fullName companyName email phone}commercialId commercialName}supportContactId supportContactName startDate endDate location attendees notes status version}';

export const EventUnassign: Operation<EventUnassignMutation, EventUnassignMutationVariables> =
  'mutation EventUnassign($id:Int!){unassignSupport(input:{eventId:$id}){event{...EventFields}}}fragment EventFields on Event{id title contractId contract{clientId clientName client{fullName companyName email phone}commercialId commercialName}supportContactId supportContactName startDate endDate location attendees notes status version}';

export const EventDelete: Operation<EventDeleteMutation, EventDeleteMutationVariables> =
  'mutation EventDelete($id:Int!){deleteEvent(input:{id:$id}){event{...EventFields}}}fragment EventFields on Event{id title contractId contract{clientId clientName client{fullName companyName email phone}commercialId commercialName}supportContactId supportContactName startDate endDate location attendees notes status version}';

export const History: Operation<HistoryQuery, HistoryQueryVariables> =
  'fragment Paging on PageInfo{hasNextPage endCursor}query History($first:Int$after:Cursor$record:HistoryRecord!$rowId:Int!){historyEntries(first:$first after:$after orderBy:[ID_DESC]condition:{record:$record rowId:$rowId}){nodes{...HistoryFields}pageInfo{...Paging}}}fragment HistoryFields on HistoryEntry{id changedAt transactionId record rowId action employeeId employeeName serviceAccount databaseUser oldValues newValues}';

export const Names: Operation<NamesQuery, NamesQueryVariables> =
  'query Names($employees:[Int!]$clients:[Int!]){employees(first:1000 condition:{ids:$employees}){nodes{id fullName}}clients(first:1000 condition:{ids:$clients}){nodes{id fullName companyName}}}';

export const ImportStage: Operation<ImportStageMutation, ImportStageMutationVariables> =
  'mutation ImportStage($importId:UUID!$lines:JSON!){stageImport(input:{importId:$importId lines:$lines}){staged}}';

export const ImportRun: Operation<ImportRunMutation, ImportRunMutationVariables> =
  'mutation ImportRun($importId:UUID!$record:ImportRecord!$matchEmail:Boolean!$allowDuplicates:Boolean=false$dryRun:Boolean!){runImport(input:{importId:$importId record:$record matchEmail:$matchEmail allowDuplicates:$allowDuplicates dryRun:$dryRun}){outcome{created updated unchanged problems{line field message}}}}';

export const MyDay: Operation<MyDayQuery, MyDayQueryVariables> =
  'query MyDay($rows:Int!$today:Date!$in30Days:Date!$timeZone:String!){me{fullName department}unread:notifications(first:$rows orderBy:ID_DESC condition:{unread:true}){nodes{...NotificationFields}totalCount(upTo:1000)}due:notes(first:$rows orderBy:REMIND_ON_ASC condition:{mine:true due:$today}){nodes{...NoteFields}totalCount(upTo:1000)}myDrafts:contracts(first:$rows orderBy:ID_ASC condition:{mine:true unsigned:true}){...DayContracts}myUnpaid:contracts(first:$rows orderBy:ID_ASC condition:{mine:true unpaid:true}){...DayContracts}myEvents:events(first:$rows orderBy:START_DATE_ASC condition:{mine:true upcoming:true}){...DayEvents}withoutSupport:events(first:$rows orderBy:START_DATE_ASC condition:{withoutSupport:true upcoming:true}){...DayEvents}drafts:contracts(first:$rows orderBy:CREATED_AT_ASC condition:{unsigned:true}){...DayContracts}load:loadBySupportContact(firstDay:$today lastDay:$in30Days timeZone:$timeZone){employeeId fullName events upcomingEvents nextStart}}fragment DayContracts on ContractConnection{nodes{id clientName commercialName totalAmount amountToBePaid createdAt isOverdue signedAt}totalCount(upTo:1000)}fragment DayEvents on EventConnection{nodes{id title startDate location status supportContactName}totalCount(upTo:1000)}fragment NoteFields on Note{id clientId clientName contractId contract{clientName}eventId event{title}authorId authorName body createdAt remindOn doneAt version}fragment NotificationFields on Notification{id kind recipientId eventId contractId employeeId noteId subject oldValues newValues createdAt readAt}';

export const NoteList: Operation<NoteListQuery, NoteListQueryVariables> =
  'fragment Paging on PageInfo{hasNextPage endCursor}query NoteList($first:Int$after:Cursor$orderBy:[NoteOrderBy!]$condition:NoteCondition$counted:Boolean!=false$upTo:Int){notes(first:$first after:$after orderBy:$orderBy condition:$condition){nodes{...NoteFields}pageInfo{...Paging}totalCount(upTo:$upTo)@include(if:$counted)}}fragment NoteFields on Note{id clientId clientName contractId contract{clientName}eventId event{title}authorId authorName body createdAt remindOn doneAt version}';

export const NoteView: Operation<NoteViewQuery, NoteViewQueryVariables> =
  'query NoteView($id:Int!){note(id:$id){...NoteFields}}fragment NoteFields on Note{id clientId clientName contractId contract{clientName}eventId event{title}authorId authorName body createdAt remindOn doneAt version}';

export const NoteAdd: Operation<NoteAddMutation, NoteAddMutationVariables> =
  'mutation NoteAdd($note:NoteInput!){createNote(input:{note:$note}){note{...NoteFields}}}fragment NoteFields on Note{id clientId clientName contractId contract{clientName}eventId event{title}authorId authorName body createdAt remindOn doneAt version}';

export const NoteUpdate: Operation<NoteUpdateMutation, NoteUpdateMutationVariables> =
  'mutation NoteUpdate($id:Int!$patch:NotePatch!){updateNote(input:{id:$id patch:$patch}){note{...NoteFields}}}fragment NoteFields on Note{id clientId clientName contractId contract{clientName}eventId event{title}authorId authorName body createdAt remindOn doneAt version}';

export const NoteDone: Operation<NoteDoneMutation, NoteDoneMutationVariables> =
  'mutation NoteDone($id:Int!){finishNote(input:{noteId:$id}){note{...NoteFields}}}fragment NoteFields on Note{id clientId clientName contractId contract{clientName}eventId event{title}authorId authorName body createdAt remindOn doneAt version}';

export const NoteReopen: Operation<NoteReopenMutation, NoteReopenMutationVariables> =
  'mutation NoteReopen($id:Int!){reopenNote(input:{noteId:$id}){note{...NoteFields}}}fragment NoteFields on Note{id clientId clientName contractId contract{clientName}eventId event{title}authorId authorName body createdAt remindOn doneAt version}';

export const NoteDelete: Operation<NoteDeleteMutation, NoteDeleteMutationVariables> =
  'mutation NoteDelete($id:Int!){deleteNote(input:{id:$id}){note{...NoteFields}}}fragment NoteFields on Note{id clientId clientName contractId contract{clientName}eventId event{title}authorId authorName body createdAt remindOn doneAt version}';

export const NotificationList: Operation<NotificationListQuery, NotificationListQueryVariables> =
  'fragment Paging on PageInfo{hasNextPage endCursor}query NotificationList($first:Int$after:Cursor$orderBy:[NotificationOrderBy!]$condition:NotificationCondition$counted:Boolean!=false$upTo:Int){notifications(first:$first after:$after orderBy:$orderBy condition:$condition){nodes{...NotificationFields}pageInfo{...Paging}totalCount(upTo:$upTo)@include(if:$counted)}}fragment NotificationFields on Notification{id kind recipientId eventId contractId employeeId noteId subject oldValues newValues createdAt readAt}';

export const NotificationRead: Operation<NotificationReadMutation, NotificationReadMutationVariables> =
  'mutation NotificationRead($id:Int!$now:Datetime!){updateNotification(input:{id:$id patch:{readAt:$now}}){notification{...NotificationFields}}}fragment NotificationFields on Notification{id kind recipientId eventId contractId employeeId noteId subject oldValues newValues createdAt readAt}';

export const NotificationReadAll: Operation<NotificationReadAllMutation, NotificationReadAllMutationVariables> =
  'mutation NotificationReadAll{markNotificationsRead(input:{}){notifications{...NotificationFields}}}fragment NotificationFields on Notification{id kind recipientId eventId contractId employeeId noteId subject oldValues newValues createdAt readAt}';

export const PaymentList: Operation<PaymentListQuery, PaymentListQueryVariables> =
  'fragment Paging on PageInfo{hasNextPage endCursor}query PaymentList($first:Int$after:Cursor$orderBy:[PaymentOrderBy!]$condition:PaymentCondition$counted:Boolean!=false$upTo:Int){payments(first:$first after:$after orderBy:$orderBy condition:$condition){nodes{...PaymentFields}pageInfo{...Paging}totalCount(upTo:$upTo)@include(if:$counted)}}fragment PaymentFields on Payment{id contractId contract{clientId clientName}amount paidOn recordedById recordedByName}';

export const PaymentSum: Operation<PaymentSumQuery, PaymentSumQueryVariables> =
  'query PaymentSum($condition:PaymentCondition){payments(condition:$condition){totalCount(upTo:1000)amountSum}}';

export const Report: Operation<ReportQuery, ReportQueryVariables> =
  'query Report($firstDay:Date!$lastDay:Date!$timeZone:String!){pipeline:pipelineByAge{fromDays toDays contracts totalAmount}months:revenueByMonth(firstDay:$firstDay lastDay:$lastDay timeZone:$timeZone){month signedContracts signedAmount paidAmount}salespeople:revenueBySalesperson(firstDay:$firstDay lastDay:$lastDay timeZone:$timeZone){employeeId fullName signedContracts signedAmount paidAmount}overdue:overdueBySalesperson{employeeId fullName contracts amountToBePaid oldestSignedAt}support:loadBySupportContact(firstDay:$firstDay lastDay:$lastDay timeZone:$timeZone){employeeId fullName events upcomingEvents nextStart}}';

export const Search: Operation<SearchQuery, SearchQueryVariables> =
  'query Search($text:String!$kinds:[SearchResultKind!]$department:Department$first:Int){search(text:$text kinds:$kinds department:$department first:$first){kind id:rowId title detail closeness}}';

export const SimilarClients: Operation<SimilarClientsQuery, SimilarClientsQueryVariables> =
  'query SimilarClients($name:String!$email:String$phone:String){similarClients(newName:$name newEmail:$email newPhone:$phone){id fullName companyName commercialName sameEmail samePhone closeName}}';

export const ServiceList: Operation<ServiceListQuery, ServiceListQueryVariables> =
  'fragment Paging on PageInfo{hasNextPage endCursor}query ServiceList($first:Int$after:Cursor$orderBy:[ServiceAccountOrderBy!]$counted:Boolean!=false$upTo:Int){serviceAccounts(first:$first after:$after orderBy:$orderBy){nodes{...ServiceFields}pageInfo{...Paging}totalCount(upTo:$upTo)@include(if:$counted)}}fragment ServiceFields on ServiceAccount{name ownerId ownerName readOnly createdAt lastUsedAt expiresAt}';

export const ServiceRevoke: Operation<ServiceRevokeMutation, ServiceRevokeMutationVariables> =
  'mutation ServiceRevoke($name:String!){revokeServiceAccount(input:{name:$name}){serviceAccount{...ServiceFields}}}fragment ServiceFields on ServiceAccount{name ownerId ownerName readOnly createdAt lastUsedAt expiresAt}';

export const ChangePassword: Operation<ChangePasswordMutation, ChangePasswordMutationVariables> =
  'mutation ChangePassword($input:ChangePasswordInput!){changePassword(input:$input){ok}}';

export const Me: Operation<MeQuery, MeQueryVariables> =
  'fragment EmployeeFields on Employee{id fullName email phone department active createdAt version}query Me{me{...EmployeeFields}}';

export const WhoAmI: Operation<WhoAmIQuery, WhoAmIQueryVariables> =
  'fragment EmployeeFields on Employee{id fullName email phone department active createdAt version}query WhoAmI{me{...EmployeeFields}mySessions{nodes{current readOnly}}}';

export const ReadOnlyTokenCreate: Operation<ReadOnlyTokenCreateMutation, ReadOnlyTokenCreateMutationVariables> =
  'mutation ReadOnlyTokenCreate{createReadOnlyToken{accessToken}}';

export const SessionList: Operation<SessionListQuery, SessionListQueryVariables> =
  'fragment Paging on PageInfo{hasNextPage endCursor}query SessionList($first:Int$after:Cursor$orderBy:[MySessionOrderBy!]$counted:Boolean!=false$upTo:Int){mySessions(first:$first after:$after orderBy:$orderBy){nodes{...OpenSessionFields}pageInfo{...Paging}totalCount(upTo:$upTo)@include(if:$counted)}}fragment OpenSessionFields on MySession{id createdAt lastUsedAt expiresAt endsAt userAgent readOnly current}';

export const SessionRevoke: Operation<SessionRevokeMutation, SessionRevokeMutationVariables> =
  'mutation SessionRevoke($id:UUID!){revokeSession(input:{id:$id}){session{...OpenSessionFields}}}fragment OpenSessionFields on MySession{id createdAt lastUsedAt expiresAt endsAt userAgent readOnly current}';

export const SessionRevokeOthers: Operation<SessionRevokeOthersMutation, SessionRevokeOthersMutationVariables> =
  'mutation SessionRevokeOthers{revokeOtherSessions{count}}';

export const SecondFactorStatus: Operation<SecondFactorStatusQuery, SecondFactorStatusQueryVariables> =
  'query SecondFactorStatus{mySecondFactor{enabledAt recoveryCodesLeft isRequired}}';

export const SecondFactorBegin: Operation<SecondFactorBeginMutation, SecondFactorBeginMutationVariables> =
  'mutation SecondFactorBegin($currentPassword:String!){beginSecondFactor(input:{currentPassword:$currentPassword}){secret uri}}';

export const SecondFactorEnable: Operation<SecondFactorEnableMutation, SecondFactorEnableMutationVariables> =
  'mutation SecondFactorEnable($code:String!){enableSecondFactor(input:{code:$code}){recoveryCodes}}';

export const SecondFactorDisable: Operation<SecondFactorDisableMutation, SecondFactorDisableMutationVariables> =
  'mutation SecondFactorDisable($currentPassword:String!$code:String!){disableSecondFactor(input:{currentPassword:$currentPassword code:$code}){ok}}';

export const SecondFactorConfirm: Operation<SecondFactorConfirmMutation, SecondFactorConfirmMutationVariables> =
  'mutation SecondFactorConfirm($code:String!){confirmSecondFactor(input:{code:$code}){ok}}';

export const SecondFactorRecoveryCodes: Operation<SecondFactorRecoveryCodesMutation, SecondFactorRecoveryCodesMutationVariables> =
  'mutation SecondFactorRecoveryCodes($code:String!){replaceRecoveryCodes(input:{code:$code}){recoveryCodes}}';

export const SubscriptionPosition: Operation<SubscriptionPositionQuery, SubscriptionPositionQueryVariables> =
  'query SubscriptionPosition{subscriptionPosition}';

export const NotificationReceived: Operation<NotificationReceivedSubscription, NotificationReceivedSubscriptionVariables> =
  'fragment NotificationFields on Notification{id kind recipientId eventId contractId employeeId noteId subject oldValues newValues createdAt readAt}subscription NotificationReceived($after:BigInt){notificationReceived(after:$after){id notification{...NotificationFields}}}';

export const EventChanged: Operation<EventChangedSubscription, EventChangedSubscriptionVariables> =
  'fragment EventFields on Event{id title contractId contract{clientId clientName client{fullName companyName email phone}commercialId commercialName}supportContactId supportContactName startDate endDate location attendees notes status version}subscription EventChanged($after:BigInt){eventChanged(after:$after){id action eventId event{...EventFields}}}';

export const WhoMay: Operation<WhoMayQuery, WhoMayQueryVariables> =
  'query WhoMay($record:RecordKind!$verb:AccessVerb!$rowId:Int$columns:[String!]$newValues:JSON){whoMay(record:$record verb:$verb rowId:$rowId columns:$columns newValues:$newValues){department employeeId fullName people holds policy sentence rules rule ruleSentence isComplete}}';
