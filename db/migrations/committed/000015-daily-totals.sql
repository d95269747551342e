--! Previous: sha1:aaff1809dbe7bc37cf75c1aac18ac8ee8adbdffa
--! Hash: sha1:dcca0d2d73d464de9db43d5098e4d799b1209f5a
--! Message: daily totals

-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion



-- What the reports add up, kept per day.


-- squawk-ignore ban-drop-table
drop table if exists crm_private.daily_total;

create table crm_private.daily_total (
  subject     text          not null,
  day         date          not null,
  id          bigint        generated always as identity,
  employee_id integer,
  records     bigint        not null,
  amount      numeric(16,2) not null default 0,

  constraint daily_total_pkey primary key (subject, day, id) include (employee_id, records, amount)  -- the reports read no more
);
alter table crm_private.daily_total enable row level security, force row level security;

comment on table  crm_private.daily_total             is 'How many records there are of a day, and what they amount to: the sum of the rows with the same subject, day and employee. Every change of a record adds a row, and no writer waits for another.';
comment on column crm_private.daily_total.subject     is 'What is counted: `draft` and `signed` contracts, `paid` for payments, `event` for events that are not cancelled.';
comment on column crm_private.daily_total.day         is 'The day, in UTC, on which a draft was entered, a contract signed or an event begins; the day of a payment.';
comment on column crm_private.daily_total.id          is 'Keeps rows of the same day apart.';
comment on column crm_private.daily_total.employee_id is 'The sales contact, or the support contact of an event; empty for drafts, and for events without a support contact.';
comment on column crm_private.daily_total.records     is 'How many; negative where some have gone.';
comment on column crm_private.daily_total.amount      is 'Euros: the totals of the contracts, or the payments.';

-- The owner fills the table before its policies are there.
alter table crm_private.daily_total no force row level security;
alter table crm.contract no force row level security;
alter table crm.payment no force row level security;
alter table crm.event no force row level security;

insert into crm_private.daily_total (subject, day, employee_id, records, amount)
select 'draft', (creation_date at time zone 'UTC')::date, null::integer, count(*), sum(total_amount)
from crm.contract
where status = 'draft'
group by 2
union all
select 'signed', (signed_at at time zone 'UTC')::date, commercial_id, count(*), sum(total_amount)
from crm.contract
where status = 'signed'
group by 2, 3
union all
select 'paid', payment.paid_on, contract.commercial_id, count(*), sum(payment.amount)
from crm.payment
join crm.contract on contract.id = payment.contract_id
group by 2, 3
union all
select 'event', (start_date at time zone 'UTC')::date, support_contact_id, count(*), 0
from crm.event
where status <> 'cancelled'
group by 2, 3;

alter table crm_private.daily_total force row level security;
alter table crm.contract force row level security;
alter table crm.payment force row level security;
alter table crm.event force row level security;


-- What is overdue.
drop index if exists crm.contract_overdue_idx;
create index contract_overdue_idx on crm.contract (commercial_id, signed_at) include (amount_to_be_paid) where status = 'signed' and amount_to_be_paid > 0;
comment on index crm.contract_overdue_idx is 'Serves the report of what is overdue, which reads nothing else.';
