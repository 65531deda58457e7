//! The account's key pair, and what PagBank's browser SDK does with its public half.
//!
//! A ciphertext is RSA (PKCS #1 v1.5, as browsers' libraries do it) over
//! `number;security code;month;year;holder;epoch in milliseconds`, in base64.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::{KeySize, Pkcs1PrivateDecryptingKey, Pkcs1PublicEncryptingKey, PrivateDecryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// How long a ciphertext may be used, in milliseconds: 48 hours.
const CIPHERTEXT_LIFE_MS: i64 = 48 * 60 * 60 * 1000;

/// The card in a ciphertext, or to be put into one.
#[derive(Deserialize)]
pub(crate) struct CardInClear {
    pub(crate) number: String,
    pub(crate) security_code: String,
    pub(crate) exp_month: String,
    pub(crate) exp_year: String,
    pub(crate) holder: String,
}

/// The key pair, made when it is first needed. With a file it outlives the process, as the ciphertexts
/// that were made for it do.
pub(crate) struct CardKey {
    file: Option<PathBuf>,
    pair: OnceLock<Option<Pair>>,
}

struct Pair {
    private: Pkcs1PrivateDecryptingKey,
    public: Pkcs1PublicEncryptingKey,
    public_base64: String,
}

impl CardKey {
    /// The key beside this journal, or one in memory.
    pub(crate) fn beside(journal: Option<&Path>) -> Self {
        Self { file: journal.map(|journal| journal.with_extension("key")), pair: OnceLock::new() }
    }

    /// The public key as `GET /public-keys/card` has it: an X.509 key in base64.
    pub(crate) fn public_base64(&self) -> Option<&str> {
        self.pair().map(|pair| pair.public_base64.as_str())
    }

    /// What the browser's SDK would send at `now_ms`.
    pub(crate) fn encrypt(&self, card: &CardInClear, now_ms: i64) -> Option<String> {
        let CardInClear { number, security_code, exp_month, exp_year, holder } = card;
        let text = format!("{number};{security_code};{exp_month};{exp_year};{holder};{now_ms}");
        let public = &self.pair()?.public;
        let mut ciphertext = vec![0; public.ciphertext_size()];
        let ciphertext = public.encrypt(text.as_bytes(), &mut ciphertext).ok()?;
        Some(STANDARD.encode(ciphertext))
    }

    /// The card in a ciphertext that was made for this key less than 48 hours before `now_ms`.
    pub(crate) fn decrypt(&self, ciphertext: &str, now_ms: i64) -> Option<CardInClear> {
        let private = &self.pair()?.private;
        let ciphertext = STANDARD.decode(ciphertext).ok()?;
        let mut text = vec![0; private.min_output_size()];
        let text = private.decrypt(&ciphertext, &mut text).ok()?;
        let parts: Vec<&str> = std::str::from_utf8(text).ok()?.split(';').collect();
        let [number, security_code, exp_month, exp_year, holder, made_ms] = parts.as_slice() else {
            return None;
        };
        let age_ms = now_ms.checked_sub(made_ms.parse().ok()?)?;
        let [number, security_code, exp_month, exp_year, holder] =
            [number, security_code, exp_month, exp_year, holder].map(|part| (*part).to_owned());
        (age_ms < CIPHERTEXT_LIFE_MS).then_some(CardInClear {
            number,
            security_code,
            exp_month,
            exp_year,
            holder,
        })
    }

    fn pair(&self) -> Option<&Pair> {
        let make = || match self.read_or_make() {
            Ok(pair) => Some(pair),
            Err(Unspecified) => {
                tracing::error!("there is no key pair: no encrypted card can be read");
                None
            }
        };
        self.pair.get_or_init(make).as_ref()
    }

    fn read_or_make(&self) -> Result<Pair, Unspecified> {
        if let Some(der) = self.file.as_ref().and_then(|file| std::fs::read(file).ok()) {
            return Pair::new(PrivateDecryptingKey::from_pkcs8(&der).map_err(|_| Unspecified)?);
        }
        let private = PrivateDecryptingKey::generate(KeySize::Rsa2048)?;
        if let Some(file) = &self.file {
            let der: Pkcs8V1Der<'_> = private.as_der()?;
            if let Err(error) = std::fs::write(file, der.as_ref()) {
                tracing::error!(%error, "the key pair could not be kept: a restart will make another");
            }
        }
        Pair::new(private)
    }
}

impl Pair {
    fn new(private: PrivateDecryptingKey) -> Result<Self, Unspecified> {
        let public = private.public_key();
        let der: PublicKeyX509Der<'_> = public.as_der()?;
        let public_base64 = STANDARD.encode(der.as_ref());
        let (private, public) =
            (Pkcs1PrivateDecryptingKey::new(private)?, Pkcs1PublicEncryptingKey::new(public)?);
        Ok(Self { private, public, public_base64 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> CardInClear {
        let [number, security_code, exp_month, exp_year, holder] =
            ["4539620659922097", "123", "12", "2030", "José da Silva"].map(str::to_owned);
        CardInClear { number, security_code, exp_month, exp_year, holder }
    }

    #[test]
    fn a_ciphertext_is_read_for_48_hours_with_its_own_key_and_never_alike() {
        let key = CardKey::beside(None);
        let (one, other) = (key.encrypt(&card(), 0).unwrap(), key.encrypt(&card(), 0).unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), 344);
        for (now_ms, read) in [(0, true), (CIPHERTEXT_LIFE_MS - 1, true), (CIPHERTEXT_LIFE_MS, false)] {
            let number = key.decrypt(&one, now_ms).map(|card| card.number);
            assert_eq!(number, read.then(|| card().number), "{now_ms}");
        }
        assert!(CardKey::beside(None).decrypt(&one, 0).is_none());
        for text in ["", "YXBwcm92ZQ==", "not base64"] {
            assert!(key.decrypt(text, 0).is_none(), "{text}");
        }
    }
}
