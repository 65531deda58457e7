-- When the PSP was last asked about a payment under review; set in IN_REVIEW only, so that its index
-- holds only those.
ALTER TABLE payments
    ADD COLUMN asked_at_ms BIGINT NULL AFTER silent_since_ms,
    ADD INDEX ix_payments_asked (asked_at_ms)
