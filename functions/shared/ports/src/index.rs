//! The search index of the products.

use std::future::Future;

use gateway_domain::{Product, ProductId};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::PortError;

/// A name without its case and accents: what names are ordered by and searched in.
///
/// Folded here and stored as it is, since servers differ: their `case_insensitive` knows ASCII only
/// and no accents.
#[must_use]
pub fn fold(text: &str) -> String {
    text.to_lowercase().nfd().filter(|c| !is_combining_mark(*c)).collect()
}

/// A change to carry into the index. The product's version is the document's external version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexChange {
    /// The product is so now.
    Put(Product),
    /// The product is gone; its version is one above the last.
    Delete {
        /// Which.
        id: ProductId,
        /// The version of the deletion.
        version: u64,
    },
}

/// What became of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexOutcome {
    /// The index has it.
    Applied,
    /// The index already has this or a newer one.
    Superseded,
    /// The index will never take it: says why.
    Poison(String),
    /// Try again: says why.
    Retry(String),
}

/// Writes to the index.
pub trait WriteIndex: Send + Sync {
    /// Applies changes in order by one bulk call and reads each item's result.
    fn apply(
        &self,
        changes: &[IndexChange],
    ) -> impl Future<Output = Result<Vec<IndexOutcome>, PortError>> + Send;
}

/// A page of products and how to get the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductPage {
    /// The products, ordered by folded name and id.
    pub products: Vec<Product>,
    /// Opaque cursor of the next page; `None` at the end.
    pub next: Option<String>,
}

/// Why a page cannot be had.
#[derive(Debug)]
pub enum PageError {
    /// The cursor is none of ours.
    InvalidCursor,
    /// The index failed.
    Port(PortError),
}

/// Reads the index.
pub trait SearchProducts: Send + Sync {
    /// All products.
    fn find_all(
        &self,
        limit: u32,
        cursor: Option<&str>,
    ) -> impl Future<Output = Result<ProductPage, PageError>> + Send;

    /// Those whose name contains `text`, whatever case and accents; the text has no syntax. An
    /// adapter may add those whose words are the same in another form (`cadeiras`, `cadeira`).
    fn find_by_name(
        &self,
        text: &str,
        limit: u32,
        cursor: Option<&str>,
    ) -> impl Future<Output = Result<ProductPage, PageError>> + Send;

    /// One product, as the index has it.
    fn find_by_id(&self, id: ProductId) -> impl Future<Output = Result<Option<Product>, PortError>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_takes_case_and_accents_away_and_nothing_else() {
        for (text, folded) in [
            ("Cadeira de Escritório", "cadeira de escritorio"),
            ("CÂMERA", "camera"),
            ("Pen Drive 64 GB * ? \\", "pen drive 64 gb * ? \\"),
            ("Maçã", "maca"),
            ("İzmir", "izmir"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }

    #[test]
    fn composed_and_decomposed_letters_fold_alike() {
        assert_eq!(fold("é"), fold("e\u{301}"));
    }
}
