-- Until now such a card was three texts that said nothing.
UPDATE payments SET card_brand = NULL, card_bin = NULL, card_last4 = NULL WHERE card_last4 = ''
