//! What a product may be.

use gateway_domain::Money;
use gateway_domain::limits::PRODUCT_NAME_LEN_MAX;
use gateway_domain::product::is_valid_name;
use gateway_edge::http::FieldError;

/// Why a text cannot name a product.
pub(crate) fn name_error(name: &str) -> Option<FieldError> {
    let detail = format!("a name has 1 to {PRODUCT_NAME_LEN_MAX} characters and no control characters");
    (!is_valid_name(name)).then(|| FieldError::new("/name", "invalid_name", detail))
}

/// Why an amount cannot be a price.
pub(crate) fn price_error(price: Money) -> Option<FieldError> {
    (!price.is_positive()).then(|| FieldError::new("/price", "not_positive", "a price is above zero"))
}
