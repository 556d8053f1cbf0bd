-- Shifts and ors have one precedence in PostgreSQL: without parentheses the octets ran into each other.
create or replace function pnm_u32(bytes bytea, at integer) returns double precision
  language sql immutable strict parallel safe
as $$
  select get_byte(bytes, at) * 16777216.0::float8
         + ((get_byte(bytes, at + 1) << 16) | (get_byte(bytes, at + 2) << 8) | get_byte(bytes, at + 3))
$$;
