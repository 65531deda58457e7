//! The zip that Lambda takes: one file, `bootstrap`, which may be run.
//!
//! Nothing of the machine or the moment is in it, so the same binary always gives the same bytes. SAM names
//! what it uploads by its content: what has not changed is not deployed again.

use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::error::PackError;

/// What Lambda starts.
const BOOTSTRAP: &str = "bootstrap";
/// Readable and runnable by whoever Lambda makes the function be.
const MODE: u32 = 0o755;
/// Slowest and smallest: a zip is made once and fetched at each cold start.
const LEVEL: i64 = 9;

/// The zip of a function's binary.
///
/// # Errors
/// The library's.
pub fn zip(name: &str, binary: &[u8]) -> Result<Vec<u8>, PackError> {
    let failed = |source| PackError::Archive { name: name.to_owned(), source };
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        // 1980, the earliest there is.
        .last_modified_time(DateTime::default())
        .unix_permissions(MODE);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(BOOTSTRAP, options).map_err(failed)?;
    archive.write_all(binary).map_err(|error| failed(error.into()))?;
    Ok(archive.finish().map_err(failed)?.into_inner())
}

/// The binary in a function's zip, as Lambda would unpack it.
///
/// # Errors
/// It is no such zip: `bootstrap` is missing, not alone, or may not be run.
pub fn unzip(name: &str, archive: &[u8]) -> Result<Vec<u8>, PackError> {
    let failed = |source| PackError::Archive { name: name.to_owned(), source };
    let wrong = |what: &'static str| failed(zip::result::ZipError::InvalidArchive(what.into()));
    let mut archive = ZipArchive::new(Cursor::new(archive)).map_err(failed)?;
    if archive.len() != 1 {
        return Err(wrong("it holds something beside bootstrap"));
    }
    let mut file = archive.by_name(BOOTSTRAP).map_err(failed)?;
    if file.unix_mode().is_none_or(|mode| mode & MODE != MODE) {
        return Err(wrong("bootstrap may not be run"));
    }
    let mut binary = Vec::new();
    file.read_to_end(&mut binary).map_err(|error| failed(error.into()))?;
    Ok(binary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_again_and_may_be_run() {
        let binary = b"\x7fELF and more".repeat(1000);
        let zipped = zip("pay", &binary).unwrap();
        assert!(zipped.len() < binary.len() / 10, "{} bytes", zipped.len());
        assert_eq!(unzip("pay", &zipped).unwrap(), binary);
    }

    #[test]
    fn the_same_binary_gives_the_same_bytes_at_any_time() {
        let first = zip("pay", b"same").unwrap();
        assert_eq!(first, zip("pay", b"same").unwrap());
        // Bytes 10 to 13 of a local header are time and date, to the second: 0 h on 1 January 1980.
        assert_eq!(first[10..14], [0, 0, 0x21, 0]);
        assert_ne!(first, zip("pay", b"other").unwrap());
    }

    #[test]
    fn what_lambda_could_not_start_is_refused() {
        let with = |files: &[(&str, u32)]| {
            let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
            for (name, mode) in files {
                archive.start_file(*name, SimpleFileOptions::default().unix_permissions(*mode)).unwrap();
            }
            archive.finish().unwrap().into_inner()
        };
        for files in
            [&[][..], &[("boot", 0o755)], &[("bootstrap", 0o644)], &[("bootstrap", 0o755), ("x", 0o644)]]
        {
            assert!(unzip("pay", &with(files)).is_err(), "{files:?}");
        }
        assert!(unzip("pay", &with(&[("bootstrap", 0o755)])).is_ok());
    }
}
