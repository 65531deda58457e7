-- Those that are under review already were last asked about when they came to be.
UPDATE payments SET asked_at_ms = updated_at_ms WHERE status = 'IN_REVIEW'
