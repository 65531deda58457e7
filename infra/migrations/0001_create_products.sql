-- The catalogue's own copy of the products. Debezium carries its changes to the search index, so
-- every column is a plain value: times are epoch milliseconds, and `version` grows with each change
-- of the row, stock included, to be the document's external version.
--
-- Stock is conserved: available + the quantities of HELD, PAYING and CONFIRMED reservations equals
-- stocked_total at every commit. stocked_total only changes where units arrive or are written off.
CREATE TABLE products (
    id            CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name          VARCHAR(120)   NOT NULL,
    price         DECIMAL(19, 4) NOT NULL,
    available     BIGINT         NOT NULL,
    stocked_total BIGINT         NOT NULL,
    version       BIGINT         NOT NULL,
    created_at_ms BIGINT         NOT NULL,
    updated_at_ms BIGINT         NOT NULL,
    CONSTRAINT pk_products PRIMARY KEY (id),
    CONSTRAINT ck_products_price CHECK (price > 0),
    CONSTRAINT ck_products_available CHECK (available BETWEEN 0 AND 4294967295),
    CONSTRAINT ck_products_stocked_total CHECK (stocked_total >= available),
    CONSTRAINT ck_products_version CHECK (version > 0)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci
