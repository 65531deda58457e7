-- When the PSP is to be asked whether a charge has turned up for a payment that ended for want of one;
-- set for a day after its end, so that its index holds only those.
ALTER TABLE payments
    ADD COLUMN watch_at_ms BIGINT NULL AFTER asked_at_ms,
    ADD INDEX ix_payments_watch (watch_at_ms),
    ADD CONSTRAINT ck_payments_watch
        CHECK (watch_at_ms IS NULL OR status IN ('DECLINED', 'FAILED', 'REJECTED', 'VOIDED'))
