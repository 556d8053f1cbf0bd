-- only: apache, timescale
select create_hypertable('pnm_channel_estimates', by_range('received_at', interval '7 days'), create_default_indexes => false);
select create_hypertable('pnm_spectra', by_range('received_at', interval '7 days'), create_default_indexes => false);
select create_hypertable('pnm_fec', by_range('received_at', interval '7 days'), create_default_indexes => false);
select create_hypertable('pnm_histograms', by_range('received_at', interval '7 days'), create_default_indexes => false);
select create_hypertable('pnm_modulation_profiles', by_range('received_at', interval '7 days'), create_default_indexes => false);
select create_hypertable('pnm_symbol_captures', by_range('received_at', interval '7 days'), create_default_indexes => false);
select create_hypertable('pnm_findings', by_range('received_at', interval '7 days'), create_default_indexes => false);
select create_hypertable('pnm_pre_equalisers', by_range('received_at', interval '7 days'), create_default_indexes => false);
