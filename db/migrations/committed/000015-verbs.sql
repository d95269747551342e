--! Previous: sha1:9db54a9b49c272c92beaa2ecd29760293f6ed291
--! Hash: sha1:5b341ed6ab13a15d88c404cb0cfdc78cae3ce088
--! Message: verbs

-- Nothing yet.
select 1;
