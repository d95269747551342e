-- auth.refresh_token: its structure.

begin;
set local search_path = tap, public;
select plan(1);


select test.has_structure('auth.refresh_token',
  array['PRIMARY KEY (token_hash)',
        'FOREIGN KEY (session_id) REFERENCES auth.session(id) ON DELETE CASCADE'],
  'token_hash, session_id, issued_at');

select * from finish();
rollback;
