-- Nothing is known of a card that came encrypted: no brand, no digits.
ALTER TABLE payments
    MODIFY card_brand VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
    MODIFY card_bin   VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NULL,
    MODIFY card_last4 VARCHAR(4)  CHARACTER SET ascii COLLATE ascii_bin NULL
