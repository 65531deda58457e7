-- A card is known as a whole or not at all.
ALTER TABLE payments
    ADD CONSTRAINT ck_payments_card CHECK ((card_brand IS NULL) = (card_last4 IS NULL)
        AND (card_bin IS NULL) = (card_last4 IS NULL))
