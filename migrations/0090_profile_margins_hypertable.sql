-- only: apache, timescale
select create_hypertable('pnm_profile_margins', by_range('received_at', interval '7 days'), create_default_indexes => false);
