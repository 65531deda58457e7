-- Payments: one row each, for ever. A payment that was refused before any charge is a row too, also
-- where its reservation never existed, hence no foreign key.
--
-- live_reservation_id is derived, so that no writer can forget it: it names the reservation while
-- the payment may still be charged or has been, and its unique key admits one such payment only.
-- The statuses are those of `PaymentStatus::is_live`; a test compares them. RTRIM changes nothing:
-- MariaDB admits a CHAR in a derived column only where padding could not show.
CREATE TABLE payments (
    id                  CHAR(26)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reservation_id      CHAR(26)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id             VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    amount              DECIMAL(19, 4) NOT NULL,
    card_brand          VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    card_bin            VARCHAR(8)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    card_last4          VARCHAR(4)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    status              VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    attempt             INT          NOT NULL,
    -- When the next attempt is due; set in RETRY_SCHEDULED only, so that its index holds only those.
    next_attempt_at_ms  BIGINT       NULL,
    -- Since when nothing was heard of an attempt or asked about it; set in PROCESSING and
    -- IN_ANALYSIS only, likewise.
    silent_since_ms     BIGINT       NULL,
    -- Until when a dispatcher may be at work on the row; 0 for nobody.
    dispatch_lease_until_ms BIGINT   NOT NULL DEFAULT 0,
    charge_id           VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    reason              VARCHAR(100) NULL,
    accepted_at_ms      BIGINT       NOT NULL,
    updated_at_ms       BIGINT       NOT NULL,
    version             BIGINT       NOT NULL,
    -- How many rows payment_events holds: the next one's sequence follows without asking.
    event_count         INT          NOT NULL,
    live_reservation_id CHAR(26)     CHARACTER SET ascii COLLATE ascii_bin
        GENERATED ALWAYS AS (CASE
            WHEN status IN ('PENDING', 'PROCESSING', 'RETRY_SCHEDULED', 'IN_ANALYSIS', 'IN_REVIEW', 'AUTHORIZED')
            THEN RTRIM(reservation_id) END) STORED,
    CONSTRAINT pk_payments PRIMARY KEY (id),
    CONSTRAINT uq_payments_live_reservation UNIQUE (live_reservation_id),
    CONSTRAINT ck_payments_amount CHECK (amount > 0),
    CONSTRAINT ck_payments_status CHECK (status IN ('PENDING', 'PROCESSING', 'RETRY_SCHEDULED', 'IN_ANALYSIS',
        'IN_REVIEW', 'AUTHORIZED', 'DECLINED', 'FAILED', 'REJECTED', 'VOIDED')),
    CONSTRAINT ck_payments_attempt CHECK (attempt >= 0),
    CONSTRAINT ck_payments_due CHECK ((status = 'RETRY_SCHEDULED') = (next_attempt_at_ms IS NOT NULL)),
    CONSTRAINT ck_payments_silent CHECK ((status IN ('PROCESSING', 'IN_ANALYSIS')) = (silent_since_ms IS NOT NULL)),
    INDEX ix_payments_due (next_attempt_at_ms),
    INDEX ix_payments_silent (silent_since_ms),
    INDEX ix_payments_reservation (reservation_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci
