//! What a binary asks of the system that starts it.

use object::elf::{self, FileHeader64};
use object::endian::Endianness;
use object::read::elf::{FileHeader as _, ProgramHeader as _};

use crate::error::PackError;

/// What a binary asks of the system that starts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    /// The machine it is for, by ELF's number.
    pub machine: u16,
    /// The loader that starts it; none if it is linked statically.
    pub interpreter: Option<String>,
    /// Libraries that the loader must find.
    pub needed: Vec<String>,
    /// Versions of symbols that these libraries must have, such as `GLIBC_2.34`; in order, each once.
    pub versions: Vec<String>,
    /// Folders that it has libraries looked for in, which exist only where it was built.
    pub search_paths: Vec<String>,
}

type Header = FileHeader64<Endianness>;

impl Binary {
    /// Reads it out of a file's bytes.
    ///
    /// # Errors
    /// The bytes are no ELF file of 64 bits, or a broken one.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, PackError> {
        read(bytes).map_err(|error| PackError::NoBinary { name: name.to_owned(), reason: error.to_string() })
    }

    /// The newest glibc that it asks for, as major and minor.
    #[must_use]
    pub fn glibc(&self) -> Option<(u32, u32)> {
        self.versions.iter().filter_map(|version| glibc_version(version)).max()
    }
}

/// Major and minor in `GLIBC_2.34` or `GLIBC_2.2.5`.
pub(crate) fn glibc_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.strip_prefix("GLIBC_")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn read(bytes: &[u8]) -> object::read::Result<Binary> {
    let header = Header::parse(bytes)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, bytes)?;
    let dynamic = sections.dynamic_table(endian, bytes)?;
    let texts = |tags: &[elf::DynamicTag]| {
        let entries = dynamic.iter().filter(|entry| tags.contains(&entry.tag));
        entries.map(|entry| dynamic.string(entry).map(text)).collect::<object::read::Result<Vec<_>>>()
    };
    let mut versions = Vec::new();
    if let Some((mut libraries, link)) = sections.gnu_verneed(endian, bytes)? {
        let strings = sections.strings(endian, bytes, link)?;
        while let Some((_, mut symbols)) = libraries.next()? {
            while let Some(symbol) = symbols.next()? {
                versions.push(text(symbol.name(endian, strings)?));
            }
        }
    }
    versions.sort();
    versions.dedup();
    let mut interpreter = None;
    for segment in header.program_headers(endian, bytes)? {
        interpreter = interpreter.or(segment.interpreter(endian, bytes)?.map(text));
    }
    Ok(Binary {
        machine: header.e_machine(endian).0,
        interpreter,
        needed: texts(&[elf::DT_NEEDED])?,
        versions,
        search_paths: texts(&[elf::DT_RPATH, elf::DT_RUNPATH])?,
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Arch;

    #[test]
    fn a_program_of_this_machine_is_read() {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let binary = Binary::read("this", &bytes).unwrap();
        let ours = if cfg!(target_arch = "aarch64") { Arch::Arm64 } else { Arch::X86_64 };
        assert_eq!(binary.machine, ours.machine());
        assert_eq!(binary.interpreter.as_deref(), Some(ours.interpreter()));
        assert!(binary.needed.iter().any(|library| library == "libc.so.6"), "{binary:?}");
        assert!(binary.glibc() >= Some((2, 17)), "{binary:?}");
        assert!(binary.search_paths.is_empty(), "{binary:?}");
    }

    #[test]
    fn what_is_no_binary_is_said_to_be_none() {
        for bytes in [&b""[..], b"#!/bin/sh\n", b"\x7fELF\x01\x01\x01\0", &[0x7f; 64]] {
            let error = Binary::read("notes", bytes).unwrap_err().to_string();
            assert!(error.starts_with("notes is no ELF file of 64 bits"), "{error}");
        }
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        for (text, expected) in [
            ("GLIBC_2.34", Some((2, 34))),
            ("GLIBC_2.2.5", Some((2, 2))),
            ("GLIBC_PRIVATE", None),
            ("GCC_3.0", None),
        ] {
            assert_eq!(glibc_version(text), expected, "{text}");
        }
        let versions = ["GLIBC_2.9", "GLIBC_2.17", "GLIBC_2.2.5"].map(str::to_owned).to_vec();
        let binary =
            Binary { machine: 62, interpreter: None, needed: vec![], versions, search_paths: vec![] };
        assert_eq!(binary.glibc(), Some((2, 17)));
    }
}
