-- No writer can forget it.
ALTER TABLE payments
    ADD CONSTRAINT ck_payments_asked CHECK ((status = 'IN_REVIEW') = (asked_at_ms IS NOT NULL))
