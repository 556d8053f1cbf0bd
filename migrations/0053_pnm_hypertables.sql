-- only: apache, timescale
select create_hypertable('pnm_rxmer', by_range('received_at', interval '7 days'), create_default_indexes => false);
select create_hypertable('pnm_constellations', by_range('received_at', interval '7 days'), create_default_indexes => false);
