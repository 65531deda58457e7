-- What became of a dead letter: analysed, and where a person was needed, redriven or discarded by whom.
-- The states are those of `LetterState`; a test compares them.
ALTER TABLE dead_letters
    ADD COLUMN trace VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER record_value,
    ADD COLUMN state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'OPEN' AFTER resolution,
    ADD COLUMN acted_by VARCHAR(64) NULL,
    ADD COLUMN acted_reason VARCHAR(500) NULL,
    ADD COLUMN acted_at_ms BIGINT NULL,
    -- Until when whoever redrives it may be at work; 0 for nobody.
    ADD COLUMN redrive_lease_until_ms BIGINT NOT NULL DEFAULT 0,
    -- Where its record stands since it was produced again.
    ADD COLUMN redriven_partition INT NULL,
    ADD COLUMN redriven_offset BIGINT NULL,
    ADD CONSTRAINT ck_dead_letters_state CHECK (state IN ('OPEN', 'CLOSED', 'REDRIVING', 'REDRIVEN', 'DISCARDED')),
    ADD INDEX ix_dead_letters_state (state, id)
