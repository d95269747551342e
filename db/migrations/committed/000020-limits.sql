--! Previous: sha1:5504e0ce875a8fb31e9cb652256423ca9bfa8fc9
--! Hash: sha1:d8080baee5e163c87a39452182a34def2bdfc3de
--! Message: limits

-- Nothing yet.
select 1;
