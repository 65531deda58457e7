//! The keys of the issuer: one that signs, and the one before it, which still verifies.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Value, json};

use crate::key::SigningKey;

const CURRENT: &str = "current.der";
const PREVIOUS: &str = "previous.der";

/// The keys, kept in a folder where there is one.
#[derive(Debug)]
pub struct Keyring {
    folder: Option<PathBuf>,
    current: SigningKey,
    previous: Option<SigningKey>,
}

impl Keyring {
    /// Reads the keys in a folder, or makes the first one. Without a folder they live as long as this.
    ///
    /// # Errors
    /// When the folder cannot be read or written, or holds what is no key.
    pub fn open(folder: Option<PathBuf>) -> io::Result<Self> {
        let Some(folder) = folder else {
            return Ok(Self { folder: None, current: generate()?, previous: None });
        };
        fs::create_dir_all(&folder)?;
        let current = match read(&folder.join(CURRENT))? {
            Some(key) => key,
            None => write(&folder.join(CURRENT), generate()?)?,
        };
        let previous = read(&folder.join(PREVIOUS))?;
        Ok(Self { folder: Some(folder), current, previous })
    }

    /// The key that signs.
    #[must_use]
    pub fn current(&self) -> &SigningKey {
        &self.current
    }

    /// A new key signs from now on. The one before is still published, so that its tokens are good
    /// until they expire; the one before that is not.
    ///
    /// # Errors
    /// When the keys cannot be kept; then nothing has changed.
    pub fn rotate(&mut self) -> io::Result<()> {
        let new = generate()?;
        let new = match &self.folder {
            Some(folder) => {
                fs::rename(folder.join(CURRENT), folder.join(PREVIOUS))?;
                write(&folder.join(CURRENT), new)?
            }
            None => new,
        };
        self.previous = Some(std::mem::replace(&mut self.current, new));
        Ok(())
    }

    /// The JSON Web Key Set.
    #[must_use]
    pub fn jwks(&self) -> Value {
        let keys: Vec<_> = [Some(&self.current), self.previous.as_ref()]
            .into_iter()
            .flatten()
            .map(SigningKey::jwk)
            .collect();
        json!({ "keys": keys })
    }
}

fn generate() -> io::Result<SigningKey> {
    SigningKey::generate().map_err(io::Error::other)
}

fn read(file: &Path) -> io::Result<Option<SigningKey>> {
    match fs::read(file) {
        Ok(der) => SigningKey::from_der(&der).map(Some).map_err(io::Error::other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whole or not at all, and for nobody else to read.
fn write(file: &Path, key: SigningKey) -> io::Result<SigningKey> {
    let draft = file.with_extension("new");
    let mut options = fs::OpenOptions::new();
    let mut opened = options.write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    opened.write_all(&key.to_der().map_err(io::Error::other)?)?;
    opened.sync_all()?;
    fs::rename(draft, file)?;
    Ok(key)
}
