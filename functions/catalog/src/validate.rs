//! What a product may be.

use gateway_domain::Money;
use gateway_domain::limits::{PRODUCT_NAME_LEN_MAX, STOCK_MAX};
use gateway_domain::product::is_valid_name;
use gateway_edge::http::FieldError;

/// Why a text cannot name a product.
pub(crate) fn name_error(name: &str) -> Option<FieldError> {
    let detail = format!("a name has 1 to {PRODUCT_NAME_LEN_MAX} characters and no control characters");
    (!is_valid_name(name)).then(|| FieldError::new("/name", "invalid_name", detail))
}

/// Why an amount cannot be a price. One unit must be chargeable; a fraction of a cent may become a whole
/// one in a larger quantity.
pub(crate) fn price_error(price: Money) -> Option<FieldError> {
    if !price.is_positive() {
        return Some(FieldError::new("/price", "not_positive", "a price is above zero"));
    }
    let detail = format!("a price is at most {}", Money::CHARGEABLE_MAX);
    (price > Money::CHARGEABLE_MAX).then(|| FieldError::new("/price", "not_chargeable", detail))
}

/// Why a number of units in `field` cannot be put in stock, or written off.
pub(crate) fn stock_error(field: &str, units: i64) -> Option<FieldError> {
    let detail = format!("at most {STOCK_MAX} units are in stock");
    (units.unsigned_abs() > u64::from(STOCK_MAX)).then(|| FieldError::new(field, "out_of_range", detail))
}
