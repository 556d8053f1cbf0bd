-- only: apache, timescale
-- Series become hypertables where there are any. Nothing else of the schema differs between editions.
select create_hypertable('interface_counters', by_range('time', interval '1 day'), create_default_indexes => false);
select create_hypertable('poll_outcomes', by_range('time', interval '1 day'), create_default_indexes => false);
select create_hypertable('raw_rows', by_range('time', interval '1 day'), create_default_indexes => false);
