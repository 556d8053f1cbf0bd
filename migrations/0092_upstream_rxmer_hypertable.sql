-- only: apache, timescale
select create_hypertable('pnm_upstream_rxmer', by_range('received_at', interval '7 days'), create_default_indexes => false);
