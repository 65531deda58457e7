//! Whose card it is: a name and a Brazilian tax id.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::CardError;
use crate::mask::mask_card_numbers;

/// A card's holder. Personal data: kept with the card and as long as it, zeroed on drop; no `Debug`,
/// `Clone`, serialisation.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Holder {
    name: String,
    tax_id: String,
}

impl Holder {
    /// Longest name, in characters.
    pub const NAME_LEN_MAX: usize = 64;

    /// A name without control characters and without what could be a card number; a CPF, or a CNPJ
    /// (numeric or alphanumeric), with or without punctuation.
    ///
    /// # Errors
    /// [`CardError::HolderName`] and [`CardError::TaxId`].
    pub fn new(name: String, mut tax_id: String) -> Result<Self, CardError> {
        let mut compact = String::with_capacity(tax_id.len());
        compact.extend(tax_id.chars().filter(|c| !matches!(c, '.' | '-' | '/')));
        tax_id.zeroize();
        let holder = Self { name, tax_id: compact };
        if !Self::is_name(&holder.name) {
            return Err(CardError::HolderName);
        }
        if !(is_cpf(holder.tax_id.as_bytes()) || is_cnpj(holder.tax_id.as_bytes())) {
            return Err(CardError::TaxId);
        }
        Ok(holder)
    }

    fn is_name(name: &str) -> bool {
        (1..=Self::NAME_LEN_MAX).contains(&name.chars().count())
            && !name.trim().is_empty()
            && !name.chars().any(char::is_control)
            && mask_card_numbers(name) == name
    }

    /// The name, for the vault and the PSP request only.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tax id without punctuation, for the vault and the PSP request only.
    #[must_use]
    pub fn tax_id(&self) -> &str {
        &self.tax_id
    }
}

/// Eleven digits, not all alike, of which the last two check the others.
fn is_cpf(text: &[u8]) -> bool {
    let alike = text.windows(2).all(|pair| pair[0] == pair[1]);
    text.len() == 11
        && !alike
        && text.iter().all(u8::is_ascii_digit)
        && [9, 10].into_iter().all(|at| text[at] == check_digit(&text[..at], 11))
}

/// Twelve digits or capital letters (the latter since 2026), and two digits that check them.
fn is_cnpj(text: &[u8]) -> bool {
    let alike = text.windows(2).all(|pair| pair[0] == pair[1]);
    text.len() == 14
        && !alike
        && text[..12].iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && [12, 13].into_iter().all(|at| text[at] == check_digit(&text[..at], 9))
}

/// Modulo 11 with weights 2, 3 … `weight_max`, 2, 3 … from the right; a letter counts as its code less
/// that of `0`.
fn check_digit(text: &[u8], weight_max: u32) -> u8 {
    let weights = (2..=weight_max).cycle();
    let sum: u32 = text.iter().rev().zip(weights).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    let digit = match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    b'0' + u8::try_from(digit).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_has_a_name_and_a_tax_id_that_checks() {
        let long = "n".repeat(65);
        for (name, tax_id, expected) in [
            ("Jose da Silva", "52998224725", Ok("52998224725")),
            ("José da Silva", "529.982.247-25", Ok("52998224725")),
            ("Loja Ltda", "11.222.333/0001-81", Ok("11222333000181")),
            ("Loja Ltda", "12ABC34501DE35", Ok("12ABC34501DE35")),
            ("Jose", "52998224724", Err(CardError::TaxId)),
            ("Jose", "11111111111", Err(CardError::TaxId)),
            ("Jose", "00000000000000", Err(CardError::TaxId)),
            ("Jose", "", Err(CardError::TaxId)),
            ("Jose", "12ABC34501DE36", Err(CardError::TaxId)),
            ("Jose", "123", Err(CardError::TaxId)),
            ("", "52998224725", Err(CardError::HolderName)),
            ("  ", "52998224725", Err(CardError::HolderName)),
            ("Jose\n", "52998224725", Err(CardError::HolderName)),
            ("4539 6206 5992 2097", "52998224725", Err(CardError::HolderName)),
            (&long, "52998224725", Err(CardError::HolderName)),
        ] {
            let holder = Holder::new(name.to_owned(), tax_id.to_owned());
            let read = holder.as_ref().map(Holder::tax_id).map_err(|error| *error);
            assert_eq!(read, expected, "{name} {tax_id}");
        }
    }
}
