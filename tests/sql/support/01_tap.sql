-- pgTAP. Where it is installed already it stays; otherwise it gets a schema of its own, out of the way.

create schema if not exists tap;
create extension if not exists pgtap with schema tap;
