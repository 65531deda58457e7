//! Searching files, whatever is in them.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::Search;

/// How much of a file is looked at in one piece, in bytes.
const PIECE_BYTES: usize = 4 * 1024 * 1024;

/// Looks at every file in a folder and the folders in it. What disappears meanwhile (servers delete
/// files) is passed over, anything else that cannot be read is an error.
pub fn look_at_folder(search: &mut Search, kind: &'static str, folder: &Path) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        match entry.file_type() {
            Ok(kind_of) if kind_of.is_dir() => look_at_folder(search, kind, &entry.path())?,
            Ok(kind_of) if kind_of.is_file() => look_at_file(search, kind, &entry.path())?,
            // Sockets and links hold nothing; what cannot be asked is gone.
            _ => {}
        }
    }
    Ok(())
}

/// Looks at one file, in pieces that overlap.
pub fn look_at_file(search: &mut Search, kind: &'static str, path: &Path) -> io::Result<()> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        file => file?,
    };
    search.count(kind);
    let mut piece = vec![0; PIECE_BYTES];
    let mut kept = 0;
    loop {
        let read = file.read(&mut piece[kept..])?;
        if read == 0 {
            return Ok(());
        }
        let held = kept + read;
        // Servers reserve space: most of many files is empty.
        if piece[..held].iter().any(|byte| *byte != 0) {
            search.find(kind, || path.display().to_string(), &piece[..held]);
        }
        kept = search.overlap().min(held);
        piece.copy_within(held - kept..held, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary::{Card, number_forms};

    struct Folder(std::path::PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn folder() -> Folder {
        let folder = std::env::temp_dir().join(crate::unique("canary"));
        std::fs::create_dir_all(folder.join("deep/er")).unwrap();
        Folder(folder)
    }

    /// What is planted must be found, or finding nothing would say nothing.
    #[test]
    fn a_planted_number_is_found_in_every_form_and_wherever_it_lies() {
        let (card, folder) = (Card::fresh("planted", "453962", 16), folder());
        let file = folder.0.join("deep/er/segment.log");
        for form in number_forms(&card.number) {
            for before in [0, 7, PIECE_BYTES - form.bytes.len() / 2, PIECE_BYTES] {
                let mut content = vec![0; before];
                content.extend_from_slice(&form.bytes);
                content.extend_from_slice(b" and more");
                std::fs::write(&file, &content).unwrap();
                let mut search = Search::new(std::slice::from_ref(&card), &[]);
                look_at_folder(&mut search, "files", &folder.0).unwrap();
                assert!(!search.hits().is_empty(), "{} at {before}", form.form);
                assert!(search.hits().iter().all(|hit| hit.place.ends_with("segment.log")));
            }
        }
    }

    #[test]
    fn anothers_number_is_not() {
        let folder = folder();
        std::fs::write(folder.0.join("a"), Card::fresh("another", "453962", 16).number).unwrap();
        let mut search = Search::new(&[Card::fresh("ours", "453962", 16)], &[]);
        look_at_folder(&mut search, "files", &folder.0).unwrap();
        assert_eq!((search.looked_at("files"), search.hits()), (1, [].as_slice()));
    }
}
