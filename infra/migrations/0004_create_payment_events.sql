-- The story of each payment, from 1 without gaps. Only ever inserted.
CREATE TABLE payment_events (
    payment_id       CHAR(26)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    sequence         INT          NOT NULL,
    at_ms            BIGINT       NOT NULL,
    step             VARCHAR(64)  NOT NULL,
    event            VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    attempt          INT          NOT NULL,
    -- An array of [name, text] pairs, which keep their order; never card data.
    detail           JSON         NOT NULL,
    origin_topic     VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NULL,
    origin_partition INT          NULL,
    origin_offset    BIGINT       NULL,
    CONSTRAINT pk_payment_events PRIMARY KEY (payment_id, sequence),
    CONSTRAINT ck_payment_events_sequence CHECK (sequence > 0)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci
