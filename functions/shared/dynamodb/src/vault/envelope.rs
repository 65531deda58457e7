//! One sealed field, in one string of bytes:
//!
//! ```text
//! version 1 │ reference length 2 │ key reference │ nonce 12 │ wrapped data key 32+16 │ nonce 12 │ ciphertext n+16
//! ```
//! Both ciphertexts are bound to payment id ‖ field ‖ version, the wrapped key to one byte more, so
//! that neither can be moved to another payment, to another field, or into the other's place.

use aws_lc_rs::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use aws_lc_rs::rand;
use gateway_domain::PaymentId;
use zeroize::Zeroizing;

use super::VaultError;
use super::key::{KEY_LEN, KeyBytes, KeyEncryptionKey, cipher};

const VERSION: u8 = 1;
const TAG_LEN: usize = 16;
const WRAPPED_LEN: usize = NONCE_LEN + KEY_LEN + TAG_LEN;

/// Plaintext of a field, zeroed on drop.
pub(super) type Plaintext = Zeroizing<Vec<u8>>;

/// Which field is sealed.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Card = 1,
    Cvv = 2,
}

/// What a ciphertext is bound to.
#[derive(Clone, Copy)]
pub(super) struct Binding {
    pub payment_id: PaymentId,
    pub field: Field,
}

impl Binding {
    fn content(self) -> [u8; 18] {
        let mut aad = [0; 18];
        aad[..16].copy_from_slice(&self.payment_id.to_u128().to_be_bytes());
        aad[16] = self.field as u8;
        aad[17] = VERSION;
        aad
    }

    fn data_key(self) -> [u8; 19] {
        let mut aad = [0; 19];
        aad[..18].copy_from_slice(&self.content());
        aad[18] = b'k';
        aad
    }
}

/// Seals a field under a fresh data key, wrapped under `key`.
pub(super) fn seal(
    key: &KeyEncryptionKey,
    binding: Binding,
    mut content: Plaintext,
) -> Result<Vec<u8>, VaultError> {
    let mut data_key = KeyBytes::default();
    rand::fill(data_key.as_mut_slice()).map_err(|_| VaultError::Seal)?;
    let content_cipher = cipher(data_key.as_slice())?;
    let reference = key.reference();
    let reference_len = u16::try_from(reference.len()).map_err(|_| VaultError::Seal)?;
    let mut out = Vec::with_capacity(3 + reference.len() + WRAPPED_LEN + NONCE_LEN + content.len() + TAG_LEN);
    out.push(VERSION);
    out.extend_from_slice(&reference_len.to_be_bytes());
    out.extend_from_slice(reference);
    encrypt_onto(&mut out, key.cipher(), &binding.data_key(), data_key.as_mut_slice())?;
    encrypt_onto(&mut out, &content_cipher, &binding.content(), &mut content)?;
    Ok(out)
}

/// Appends nonce, ciphertext and tag. In place first, so that no copy of the plaintext is left.
fn encrypt_onto(
    out: &mut Vec<u8>,
    cipher: &LessSafeKey,
    aad: &[u8],
    in_place: &mut [u8],
) -> Result<(), VaultError> {
    let mut nonce = [0; NONCE_LEN];
    rand::fill(&mut nonce).map_err(|_| VaultError::Seal)?;
    out.extend_from_slice(&nonce);
    let tag = cipher
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), in_place)
        .map_err(|_| VaultError::Seal)?;
    out.extend_from_slice(in_place);
    out.extend_from_slice(tag.as_ref());
    Ok(())
}

/// A sealed field, taken apart.
pub(super) struct Envelope<'a> {
    /// Which key wraps the data key.
    pub key_reference: &'a [u8],
    wrapped_key: &'a [u8],
    content: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Takes an envelope apart without opening it.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, VaultError> {
        let [VERSION, high, low, rest @ ..] = bytes else { return Err(VaultError::Malformed) };
        let reference_len = usize::from(u16::from_be_bytes([*high, *low]));
        let (key_reference, rest) = rest.split_at_checked(reference_len).ok_or(VaultError::Malformed)?;
        let (wrapped_key, content) = rest.split_at_checked(WRAPPED_LEN).ok_or(VaultError::Malformed)?;
        Ok(Self { key_reference, wrapped_key, content })
    }

    /// Opens it with the key it refers to.
    pub(super) fn open(&self, key: &KeyEncryptionKey, binding: Binding) -> Result<Plaintext, VaultError> {
        let data_key = decrypt(key.cipher(), &binding.data_key(), self.wrapped_key)?;
        decrypt(&cipher(&data_key)?, &binding.content(), self.content)
    }
}

fn decrypt(cipher: &LessSafeKey, aad: &[u8], sealed: &[u8]) -> Result<Plaintext, VaultError> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(VaultError::Malformed)?;
    let (ciphertext, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(VaultError::Malformed)?;
    let mut out = Zeroizing::new(vec![0; ciphertext.len()]);
    cipher
        .open_separate_gather(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), ciphertext, tag, &mut out)
        .map_err(|_| VaultError::Unauthentic)?;
    Ok(out)
}
