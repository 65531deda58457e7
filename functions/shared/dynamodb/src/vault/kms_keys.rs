//! Key-encryption keys from KMS, kept for a while: one call to KMS serves many cards.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use gateway_ports::PortError;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::key::{KeyEncryptionKey, KeyProvider};
use super::kms_service::{KeyService, KmsService};

/// How long a key is used, to seal or to open, before KMS is asked again: what a disabled KMS key
/// or a withdrawn permission takes to have effect.
pub const KEY_AGE_MAX: Duration = Duration::from_secs(5 * 60);
/// How many cards are sealed under one key; far below the 2³² that random nonces allow.
pub const KEY_CARDS_MAX: u32 = 10_000;
/// How many keys are kept for opening; each sealing environment makes one every [`KEY_AGE_MAX`].
pub const KEYS_OPENED_MAX: usize = 256;

/// Keys made and unwrapped by KMS. The reference in an envelope is KMS's own ciphertext of the key.
pub struct KmsKeys<S = KmsService> {
    service: S,
    // Held across the call, so that many callers wait for one answer instead of all asking.
    sealing: Mutex<Option<Sealing>>,
    opened: Mutex<HashMap<Vec<u8>, Opened>>,
}

struct Sealing {
    key: Arc<KeyEncryptionKey>,
    made_at: Instant,
    cards: u32,
}

struct Opened {
    key: Arc<KeyEncryptionKey>,
    opened_at: Instant,
}

impl<S: KeyService> KmsKeys<S> {
    /// Keys of this service.
    #[must_use]
    pub fn new(service: S) -> Self {
        Self { service, sealing: Mutex::new(None), opened: Mutex::new(HashMap::new()) }
    }

    async fn generate(&self) -> Result<Sealing, PortError> {
        let made_at = Instant::now();
        let generated = self.service.generate().await?;
        let key = KeyEncryptionKey::new(generated.wrapped, &generated.plaintext)?;
        Ok(Sealing { key: Arc::new(key), made_at, cards: 0 })
    }
}

impl<S: KeyService> KeyProvider for KmsKeys<S> {
    async fn current(&self) -> Result<Arc<KeyEncryptionKey>, PortError> {
        let mut slot = self.sealing.lock().await;
        let mut sealing = match slot.take().filter(Sealing::is_fresh) {
            Some(sealing) => sealing,
            None => self.generate().await?,
        };
        sealing.cards += 1;
        let key = Arc::clone(&sealing.key);
        *slot = Some(sealing);
        Ok(key)
    }

    async fn by_reference(&self, reference: &[u8]) -> Result<Arc<KeyEncryptionKey>, PortError> {
        let mut opened = self.opened.lock().await;
        if let Some(known) = opened.get(reference).filter(|known| known.is_fresh()) {
            return Ok(Arc::clone(&known.key));
        }
        let opened_at = Instant::now();
        let bytes = self.service.unwrap_key(reference).await?;
        let key = Arc::new(KeyEncryptionKey::new(reference.to_vec(), &bytes)?);
        make_room(&mut opened);
        opened.insert(reference.to_vec(), Opened { key: Arc::clone(&key), opened_at });
        Ok(key)
    }
}

/// Forgets what is stale, and the oldest if that is not enough.
fn make_room(opened: &mut HashMap<Vec<u8>, Opened>) {
    if opened.len() < KEYS_OPENED_MAX {
        return;
    }
    opened.retain(|_, known| known.is_fresh());
    if opened.len() < KEYS_OPENED_MAX {
        return;
    }
    let oldest = opened.iter().min_by_key(|(_, known)| known.opened_at).map(|(key, _)| key.clone());
    oldest.and_then(|oldest| opened.remove(&oldest));
}

impl Sealing {
    fn is_fresh(&self) -> bool {
        self.made_at.elapsed() < KEY_AGE_MAX && self.cards < KEY_CARDS_MAX
    }
}

impl Opened {
    fn is_fresh(&self) -> bool {
        self.opened_at.elapsed() < KEY_AGE_MAX
    }
}
