-- What tracing systems want to be passed on when the record is produced again.
ALTER TABLE dead_letters
    ADD COLUMN tracestate VARCHAR(512) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER trace
