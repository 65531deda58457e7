-- Where the payment's trace stands (W3C Trace Context): what is sent for it later, a retry or a webhook's
-- result, goes on from there.
ALTER TABLE payments
    ADD COLUMN traceparent VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    ADD COLUMN tracestate VARCHAR(512) CHARACTER SET ascii COLLATE ascii_bin NULL
