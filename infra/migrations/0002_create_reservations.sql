-- Stock held for a buyer. Deliberately without a foreign key to products: its shared lock on the
-- product, taken before the stock update's exclusive one, would make deadlocks of two buyers of the
-- same product. The product is found by the conditional stock update in the same transaction.
CREATE TABLE reservations (
    id            CHAR(26)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    product_id    CHAR(26)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    quantity      INT            NOT NULL,
    price         DECIMAL(19, 4) NOT NULL,
    total_price   DECIMAL(19, 4) NOT NULL,
    status        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    payment_id    CHAR(26)    CHARACTER SET ascii COLLATE ascii_bin NULL,
    expires_at_ms BIGINT         NOT NULL,
    created_at_ms BIGINT         NOT NULL,
    updated_at_ms BIGINT         NOT NULL,
    CONSTRAINT pk_reservations PRIMARY KEY (id),
    CONSTRAINT ck_reservations_quantity CHECK (quantity BETWEEN 1 AND 100),
    CONSTRAINT ck_reservations_total CHECK (total_price = price * quantity),
    CONSTRAINT ck_reservations_status CHECK (status IN ('HELD', 'PAYING', 'CONFIRMED', 'RELEASED')),
    CONSTRAINT ck_reservations_payment CHECK ((status IN ('PAYING', 'CONFIRMED')) = (payment_id IS NOT NULL)),
    -- What expires next: HELD rows in the order of their end.
    INDEX ix_reservations_expiry (status, expires_at_ms),
    -- The stock account of one product.
    INDEX ix_reservations_product (product_id, status)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci
