-- What could not be processed: one row for each record that led here, however often it is told of.
CREATE TABLE dead_letters (
    id               CHAR(26)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    origin_topic     VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    origin_partition INT          NOT NULL,
    origin_offset    BIGINT       NOT NULL,
    dlq_topic        VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    dlq_partition    INT          NOT NULL,
    dlq_offset       BIGINT       NOT NULL,
    step             VARCHAR(200) NOT NULL,
    cause_code       VARCHAR(100) NOT NULL,
    cause_message    VARCHAR(4000) NOT NULL,
    payment_id       CHAR(26)     CHARACTER SET ascii COLLATE ascii_bin NULL,
    attempts         BIGINT       NULL,
    record_key       MEDIUMBLOB   NULL,
    record_value     MEDIUMBLOB   NULL,
    resolution       VARCHAR(100) NULL,
    created_at_ms    BIGINT       NOT NULL,
    CONSTRAINT pk_dead_letters PRIMARY KEY (id),
    CONSTRAINT uq_dead_letters_origin UNIQUE (origin_topic, origin_partition, origin_offset),
    INDEX ix_dead_letters_newest (created_at_ms),
    INDEX ix_dead_letters_payment (payment_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci
