//! A card that only the PSP can read.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{CardError, Holder};

/// A card as PagBank's browser SDK encrypted it: opaque here, usable once. Zeroed on drop; no `Debug`,
/// `Clone`, serialisation.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct EncryptedCard {
    ciphertext: String,
    holder: Option<Holder>,
}

impl EncryptedCard {
    /// Longest ciphertext: RSA-2048 in base64 is 344 characters; room for larger keys.
    pub const LEN_MAX: usize = 2048;

    /// A ciphertext in base64, in its standard alphabet and padded, as the SDK gives it.
    ///
    /// # Errors
    /// [`CardError::Encrypted`].
    pub fn new(ciphertext: String) -> Result<Self, CardError> {
        let card = Self { ciphertext, holder: None };
        let fits = (1..=Self::LEN_MAX).contains(&card.ciphertext.len());
        if fits && is_base64(&card.ciphertext) { Ok(card) } else { Err(CardError::Encrypted) }
    }

    /// The same card with its holder, whom the PSP wants to know beside it.
    #[must_use]
    pub fn held_by(mut self, holder: Holder) -> Self {
        self.holder = Some(holder);
        self
    }

    /// The ciphertext itself, for the vault and the PSP request only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.ciphertext
    }

    /// Who holds the card, where that is known.
    #[must_use]
    pub const fn holder(&self) -> Option<&Holder> {
        self.holder.as_ref()
    }
}

/// Groups of four characters, the last one padded with at most two `=`.
fn is_base64(text: &str) -> bool {
    let content = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - content.len() <= 2
        && content.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ciphertext_is_padded_base64_of_a_bounded_length() {
        let longest = "A".repeat(EncryptedCard::LEN_MAX);
        for (text, ok) in [
            ("YWJj", true),
            ("YWI=", true),
            ("YQ==", true),
            ("+/+/", true),
            (longest.as_str(), true),
            ("", false),
            ("YWJ", false),
            ("Y===", false),
            ("====", false),
            ("YW=j", false),
            ("-_-_", false),
            ("YWJj\n", false),
            ("not base64", false),
            (&"A".repeat(EncryptedCard::LEN_MAX + 4), false),
        ] {
            assert_eq!(EncryptedCard::new(text.to_owned()).is_ok(), ok, "{text}");
        }
    }
}
