--! Previous: sha1:63ed5b35e12f6d73a02094ed8c495c284c89d498
--! Hash: sha1:40172a42106fc951501123fd3692aa8bc1d3b6a6
--! Message: who may

-- What the question who may do something returns.


create type crm.access_answer as (
  department    text,
  employee_id   integer,
  full_name     text,
  people        integer,
  holds         boolean,
  policy        text,
  sentence      text,
  rules         text,
  rule          text,
  rule_sentence text,
  is_complete   boolean
);
comment on type   crm.access_answer               is 'Whether an employee may do something, or everyone in a department.';
comment on column crm.access_answer.department    is 'The department that it is about.';
comment on column crm.access_answer.employee_id   is 'The employee; null where it is the same for everyone in the department.';
comment on column crm.access_answer.full_name     is 'Their name.';
comment on column crm.access_answer.people        is 'How many active employees it is about.';
comment on column crm.access_answer.holds         is 'Whether grants and policies permit it; null where that depends on what was not given, or cannot be evaluated for others.';
comment on column crm.access_answer.policy        is 'The policies that decide; of a function, its name.';
comment on column crm.access_answer.sentence      is 'Why, in a sentence.';
comment on column crm.access_answer.rules is
'What the rules of the database, its constraints and triggers, say of what is permitted; null of what is not.
- `kept`: It was tried and undone: no rule refuses it.
- `broken`: A rule refuses it.
- `untried`: It could not be tried: what would be written was not given, another program is changing the record, or the session is read-only.';
comment on column crm.access_answer.rule          is 'The rule that refuses it.';
comment on column crm.access_answer.rule_sentence is 'Why the rule refuses it, in a sentence.';
comment on column crm.access_answer.is_complete   is 'Whether nothing is left open: permission is known, and rules were tried for what is permitted.';
