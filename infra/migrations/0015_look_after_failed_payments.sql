-- Those that failed before anybody looked are looked after once.
UPDATE payments SET watch_at_ms = updated_at_ms WHERE status = 'FAILED'
