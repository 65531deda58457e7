//! Every bound of the gateway, named in one place.

/// The most units one reservation may hold.
pub const QUANTITY_MAX: u32 = 100;
/// How long stock is held for a buyer who has not paid yet.
pub const RESERVATION_LIFE_MS: i64 = 15 * 60 * 1000;
/// How long a vaulted card may be used; every retry fits into it.
pub const CARD_LIFE_MS: i64 = 30 * 60 * 1000;
/// Without an `Idempotency-Key`: how long an equal payment counts as a duplicate.
pub const DUPLICATE_WINDOW_MS: i64 = 120 * 1000;
/// How long an `Idempotency-Key` is remembered.
pub const IDEMPOTENCY_WINDOW_MS: i64 = 24 * 60 * 60 * 1000;
/// How long an accepting request may hold its claim before another may take it over.
pub const CLAIM_LEASE_MS: i64 = 15 * 1000;
/// How long one charge attempt may hold its claim: longer than the function's time-out, so that a
/// holder that still lives is never overtaken.
pub const ATTEMPT_LEASE_MS: i64 = 45 * 1000;
/// Retries after the first attempt.
pub const RETRIES_MAX: u32 = 5;
/// Longest `Idempotency-Key`, in characters.
pub const IDEMPOTENCY_KEY_LEN_MAX: usize = 255;
/// Longest user id, in characters.
pub const USER_ID_LEN_MAX: usize = 64;
/// Longest product name, in characters.
pub const PRODUCT_NAME_LEN_MAX: usize = 120;
/// The most units of a product that can be in stock: what is held comes back on top of them.
pub const STOCK_MAX: u32 = 1_000_000_000;
/// Largest amount the PSP takes: nine digits of cents.
pub const CENTS_MAX: i64 = 999_999_999;
/// How long a redrive of a dead letter may hold its claim before another may take it over: longer than
/// the function that redrives may run.
pub const REDRIVE_LEASE_MS: i64 = 45 * 1000;
/// Largest key and value together, in bytes, that a dead letter holds. In base64 they are a third longer,
/// and producers and brokers take a record of 1,000,000 bytes unless told otherwise. A longer value stays
/// where it was; its letter tells where.
pub const LETTER_VALUE_BYTES_MAX: usize = 512 * 1024;
/// Largest key, in bytes, that a dead letter holds and is produced under: bytes that are no text grow
/// threefold in the latter. Every key of the gateway's own is an id.
pub const LETTER_KEY_BYTES_MAX: usize = 64 * 1024;
/// How long after it was accepted a payment's charge may still turn up at the PSP: no request of ours is
/// at work there for longer, and idempotency keys are not relied upon for longer.
pub const LATE_CHARGE_MS: i64 = 24 * 60 * 60 * 1000;
/// The least and the most time between two questions about a charge that may turn up.
pub const WATCH_MS_MIN: i64 = 10 * 60 * 1000;
/// See [`WATCH_MS_MIN`].
pub const WATCH_MS_MAX: i64 = 6 * 60 * 60 * 1000;
/// Longest reason that a person gives for what they did, in characters.
pub const NOTE_LEN_MAX: usize = 500;
/// Largest body of an HTTP request, in bytes: no request of this gateway has a tenth of it. API Gateway
/// itself takes 10 MB.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// Items on a page unless the caller says otherwise.
pub const PAGE_LIMIT_DEFAULT: u32 = 50;
/// The most items on a page.
pub const PAGE_LIMIT_MAX: u32 = 200;
/// The longest that an answer waits for a payment's end, in seconds: within API Gateway's 30.
pub const WAIT_MAX_S: u32 = 20;
