//! The payment provider port on PagBank's charge API.
