-- The stock account adds up quantities: with them in its index it reads no rows.
ALTER TABLE reservations
    ADD INDEX ix_reservations_stock (product_id, status, quantity),
    DROP INDEX ix_reservations_product
