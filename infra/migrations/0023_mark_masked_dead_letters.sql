-- A record that held a card number is kept with that number masked, and cannot be produced again from here.
ALTER TABLE dead_letters
    ADD COLUMN masked BOOLEAN NOT NULL DEFAULT FALSE AFTER record_value
