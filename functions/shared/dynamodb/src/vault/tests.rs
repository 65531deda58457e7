//! What the vault promises, on made-up cards.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gateway_domain::card::{Brand, CardExpiry, Cvv, EncryptedCard, Holder, Pan};
use gateway_domain::{CardSecret, PaymentId};
use gateway_ports::PortError;
use zeroize::Zeroizing;

use super::{
    GeneratedKey, InvalidKeys, KEY_AGE_MAX, KEY_CARDS_MAX, KEYS_OPENED_MAX, KeyProvider, KeyService, KmsKeys,
    LocalKeys, SealedCard, Vault,
};

const PAN: &str = "4539620659922097";
const PAYMENT: PaymentId = PaymentId::from_u128(7);
const OLD: &str = "old:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const NEW: &str = "new:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

fn local(keys: &[&str]) -> Vault<LocalKeys> {
    Vault::new(LocalKeys::from_text(&keys.join(",")).ok().unwrap())
}

fn raw() -> CardSecret {
    CardSecret::Raw {
        pan: Pan::new(PAN.into()).ok().unwrap(),
        cvv: Cvv::new("123".into(), Brand::Visa).ok().unwrap(),
        expiry: CardExpiry { month: 12, year: 2030 },
    }
}

/// The card in one line, for comparison in tests.
fn told(card: &CardSecret) -> String {
    match card {
        CardSecret::Raw { pan, cvv, expiry } => {
            format!("{} {} {}/{}", pan.expose(), cvv.expose(), expiry.month, expiry.year)
        }
        CardSecret::Encrypted(card) => {
            let holder = card.holder().map(|holder| format!(" {} {}", holder.name(), holder.tax_id()));
            format!("{}{}", card.expose(), holder.unwrap_or_default())
        }
    }
}

async fn opened<K: KeyProvider>(vault: &Vault<K>, payment: PaymentId, sealed: &SealedCard) -> Option<String> {
    vault.open(payment, sealed).await.ok().map(|card| told(&card))
}

#[tokio::test]
async fn a_sealed_card_opens_as_it_was() {
    let vault = local(&[OLD]);
    let ciphertext = || EncryptedCard::new("c2VhbGVk".into()).ok().unwrap();
    let holder = || Holder::new("José da Silva".into(), "52998224725".into()).ok().unwrap();
    let sealed = vault.seal(PAYMENT, &raw()).await.unwrap();
    assert_eq!(opened(&vault, PAYMENT, &sealed).await, Some(told(&raw())));
    // Base64 whose last bits are not zero, which no bytes bring back, and the same with bytes like dividers.
    let [odd, lines] = ["YWI9YWJ=", "Cgo="].map(|text| EncryptedCard::new(text.into()).ok().unwrap());
    for encrypted in [ciphertext(), ciphertext().held_by(holder()), odd, lines.held_by(holder())] {
        let encrypted = CardSecret::Encrypted(encrypted);
        let expected = told(&encrypted);
        let sealed = vault.seal(PAYMENT, &encrypted).await.unwrap();
        assert_eq!(sealed.cvv, None);
        assert_eq!(opened(&vault, PAYMENT, &sealed).await, Some(expected));
    }
}

#[tokio::test]
async fn nothing_of_the_card_shows_and_no_two_seals_are_alike() {
    let vault = local(&[OLD]);
    let (one, other) =
        (vault.seal(PAYMENT, &raw()).await.unwrap(), vault.seal(PAYMENT, &raw()).await.unwrap());
    assert_ne!(one, other);
    assert!(!one.card.windows(4).any(|window| PAN.as_bytes().windows(4).any(|digits| digits == window)));
}

#[tokio::test]
async fn a_card_opens_for_its_own_payment_and_field_only() {
    let vault = local(&[OLD]);
    let sealed = vault.seal(PAYMENT, &raw()).await.unwrap();
    assert_eq!(opened(&vault, PaymentId::from_u128(8), &sealed).await, None);
    let (Some(cvv), card) = (sealed.cvv.clone(), sealed.card.clone()) else { panic!("no code") };
    for swapped in [
        SealedCard { card: cvv.clone(), cvv: Some(card.clone()) },
        SealedCard { card: cvv, cvv: None },
        SealedCard { card, cvv: None },
    ] {
        assert_eq!(opened(&vault, PAYMENT, &swapped).await, None);
    }
}

#[tokio::test]
async fn parts_of_two_envelopes_do_not_fit_together() {
    let vault = local(&[OLD]);
    let (one, other) =
        (vault.seal(PAYMENT, &raw()).await.unwrap(), vault.seal(PAYMENT, &raw()).await.unwrap());
    // Version, length and reference of "old", then the wrapped key.
    let head = 1 + 2 + 3 + 60;
    let card = [&one.card[..head], &other.card[head..]].concat();
    assert_eq!(opened(&vault, PAYMENT, &SealedCard { card, ..one }).await, None);
}

#[tokio::test]
async fn any_changed_or_missing_byte_is_noticed() {
    let vault = local(&[OLD]);
    let sealed = vault.seal(PAYMENT, &raw()).await.unwrap();
    for index in 0..sealed.card.len() {
        let mut changed = sealed.clone();
        changed.card[index] ^= 1;
        assert_eq!(opened(&vault, PAYMENT, &changed).await, None, "byte {index} changed");
        let cut = SealedCard { card: sealed.card[..index].to_vec(), cvv: sealed.cvv.clone() };
        assert_eq!(opened(&vault, PAYMENT, &cut).await, None, "cut at byte {index}");
    }
}

#[tokio::test]
async fn after_rotation_old_cards_open_and_new_ones_are_sealed_under_the_new_key() {
    let before = local(&[OLD]).seal(PAYMENT, &raw()).await.unwrap();
    let rotated = local(&[NEW, OLD]);
    assert_eq!(opened(&rotated, PAYMENT, &before).await, Some(told(&raw())));
    let after = rotated.seal(PAYMENT, &raw()).await.unwrap();
    assert_eq!(opened(&local(&[NEW]), PAYMENT, &after).await, Some(told(&raw())));
    assert_eq!(opened(&local(&[NEW]), PAYMENT, &before).await, None, "the old key is gone");
}

#[tokio::test]
async fn another_key_of_the_same_id_opens_nothing() {
    let sealed = local(&[OLD]).seal(PAYMENT, &raw()).await.unwrap();
    let impostor = NEW.replace("new:", "old:");
    assert_eq!(opened(&local(&[&impostor]), PAYMENT, &sealed).await, None);
}

#[test]
fn what_is_no_list_of_keys_is_refused() {
    let twice = format!("{OLD},{OLD}");
    let short = "k:AAAA";
    for text in ["", "k", ":AAAA", short, "k:not base64", &OLD[4..], &twice, &format!("{OLD},")] {
        assert_eq!(LocalKeys::from_text(text).err(), Some(InvalidKeys), "{text}");
    }
}

/// A KMS whose wrapped keys are the number of the key.
#[derive(Default)]
struct CountingKms {
    generated: AtomicU32,
    unwrapped: AtomicU32,
}

fn key_number(number: u32) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([7; 32]);
    key[..4].copy_from_slice(&number.to_be_bytes());
    key
}

impl KeyService for &CountingKms {
    async fn generate(&self) -> Result<GeneratedKey, PortError> {
        let number = self.generated.fetch_add(1, Ordering::SeqCst) + 1;
        Ok(GeneratedKey { plaintext: key_number(number), wrapped: number.to_be_bytes().to_vec() })
    }

    async fn unwrap_key(&self, wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, PortError> {
        self.unwrapped.fetch_add(1, Ordering::SeqCst);
        let number = wrapped.try_into().map_err(|_| PortError::permanent("not one of mine"))?;
        Ok(key_number(u32::from_be_bytes(number)))
    }
}

impl CountingKms {
    fn calls(&self) -> (u32, u32) {
        (self.generated.load(Ordering::SeqCst), self.unwrapped.load(Ordering::SeqCst))
    }
}

#[tokio::test(start_paused = true)]
async fn one_call_to_kms_serves_many_cards_for_a_while() {
    let kms = CountingKms::default();
    let (sealing, opening) = (Vault::new(KmsKeys::new(&kms)), Vault::new(KmsKeys::new(&kms)));
    for _ in 0..10 {
        let sealed = sealing.seal(PAYMENT, &raw()).await.unwrap();
        assert_eq!(opened(&opening, PAYMENT, &sealed).await, Some(told(&raw())));
    }
    assert_eq!(kms.calls(), (1, 1));
    tokio::time::advance(KEY_AGE_MAX - Duration::from_millis(1)).await;
    let sealed = sealing.seal(PAYMENT, &raw()).await.unwrap();
    assert_eq!(kms.calls(), (1, 1));
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(opened(&opening, PAYMENT, &sealed).await, Some(told(&raw())));
    sealing.seal(PAYMENT, &raw()).await.unwrap();
    assert_eq!(kms.calls(), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_key_seals_a_bounded_number_of_cards() {
    let kms = CountingKms::default();
    let keys = KmsKeys::new(&kms);
    for _ in 0..=KEY_CARDS_MAX {
        keys.current().await.unwrap();
    }
    assert_eq!(kms.calls(), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_bounded_number_of_opened_keys_is_kept_and_the_oldest_goes_first() {
    let kms = CountingKms::default();
    let keys = KmsKeys::new(&kms);
    let numbers = || 0..u32::try_from(KEYS_OPENED_MAX).unwrap() + 1;
    for number in numbers() {
        keys.by_reference(&number.to_be_bytes()).await.unwrap();
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    let calls = kms.calls().1;
    for number in numbers().skip(1) {
        keys.by_reference(&number.to_be_bytes()).await.unwrap();
    }
    assert_eq!(kms.calls().1, calls, "all but the oldest are kept");
    keys.by_reference(&0u32.to_be_bytes()).await.unwrap();
    assert_eq!(kms.calls().1, calls + 1, "the oldest is asked for again");
}
