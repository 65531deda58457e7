//! What a binary may ask for where it is to run: `provided.al2023`.

use crate::binary::{Binary, glibc_version};

/// Amazon Linux 2023's glibc.
const GLIBC_MAX: (u32, u32) = (2, 34);
/// glibc's own libraries, which every image has; of any other one, the version that is there is not ours to say.
const LIBRARIES: [&str; 7] = [
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];
/// What Lambda takes unpacked, in bytes.
const UNPACKED_MAX: usize = 250 * 1024 * 1024;
/// What can be uploaded without S3, in bytes; a function of this size starts slowly, too.
const ZIPPED_MAX: usize = 50 * 1024 * 1024;

/// A processor that Lambda has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Arch {
    /// Graviton.
    #[value(name = "arm64")]
    Arm64,
    /// Intel and AMD.
    #[value(name = "x86_64")]
    X86_64,
}

impl Arch {
    /// Its name in templates and folders.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }

    /// Its number in ELF files.
    #[must_use]
    pub const fn machine(self) -> u16 {
        match self {
            Self::Arm64 => 183,
            Self::X86_64 => 62,
        }
    }

    /// Its loader.
    #[must_use]
    pub const fn interpreter(self) -> &'static str {
        match self {
            Self::Arm64 => "/lib/ld-linux-aarch64.so.1",
            Self::X86_64 => "/lib64/ld-linux-x86-64.so.2",
        }
    }
}

/// Everything for which a binary is not fit for Lambda; nothing if it is.
#[must_use]
pub fn refusals(binary: &Binary, arch: Arch, unpacked_bytes: usize, zipped_bytes: usize) -> Vec<String> {
    let mut refusals = Vec::new();
    if binary.machine != arch.machine() {
        refusals.push(format!("it is for machine {}, not for {}", binary.machine, arch.name()));
    }
    match binary.interpreter.as_deref() {
        None => {}
        Some(interpreter) if interpreter == arch.interpreter() => {}
        Some(other) => refusals.push(format!("it is started by {other}, which is not there")),
    }
    let unknown = binary.needed.iter().filter(|library| !LIBRARIES.contains(&library.as_str()));
    refusals.extend(unknown.map(|library| format!("it needs {library}, which the image need not have")));
    for version in &binary.versions {
        match glibc_version(version) {
            Some(number) if number <= GLIBC_MAX => {}
            _ => refusals.push(format!(
                "it needs {version}, and Amazon Linux 2023 has GLIBC_{}.{}",
                GLIBC_MAX.0, GLIBC_MAX.1
            )),
        }
    }
    let paths = binary.search_paths.iter();
    refusals.extend(paths.map(|path| format!("it looks for libraries in {path}, which is not there")));
    for (what, bytes, most) in
        [("unpacked", unpacked_bytes, UNPACKED_MAX), ("zipped", zipped_bytes, ZIPPED_MAX)]
    {
        if bytes > most {
            refusals.push(format!("it has {bytes} bytes {what}; at most {most} are taken"));
        }
    }
    refusals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit() -> Binary {
        Binary {
            machine: 183,
            interpreter: Some("/lib/ld-linux-aarch64.so.1".to_owned()),
            needed: ["libc.so.6", "libm.so.6", "ld-linux-aarch64.so.1"].map(str::to_owned).to_vec(),
            versions: ["GLIBC_2.17", "GLIBC_2.34"].map(str::to_owned).to_vec(),
            search_paths: vec![],
        }
    }

    fn with(change: impl FnOnce(&mut Binary)) -> Binary {
        let mut binary = fit();
        change(&mut binary);
        binary
    }

    #[test]
    fn what_the_image_has_is_all_that_may_be_asked_for() {
        for (binary, refusal) in [
            (fit(), None),
            (with(|binary| binary.interpreter = None), None),
            (with(|binary| binary.machine = 62), Some("not for arm64")),
            (with(|binary| binary.interpreter = Some("/lib/ld-musl.so.1".into())), Some("ld-musl")),
            (with(|binary| binary.needed.push("libssl.so.3".into())), Some("libssl.so.3")),
            (with(|binary| binary.needed.push("libz.so.1".into())), Some("libz.so.1")),
            (with(|binary| binary.versions.push("GLIBC_2.35".into())), Some("GLIBC_2.35")),
            (with(|binary| binary.versions.push("GLIBC_3.0".into())), Some("GLIBC_3.0")),
            (with(|binary| binary.versions.push("GCC_3.0".into())), Some("GCC_3.0")),
            (with(|binary| binary.search_paths.push("/build/lib".into())), Some("/build/lib")),
        ] {
            let found = refusals(&binary, Arch::Arm64, 1, 1);
            assert_eq!(found.len(), usize::from(refusal.is_some()), "{found:?}");
            assert!(refusal.is_none_or(|refusal| found[0].contains(refusal)), "{found:?}");
        }
    }

    #[test]
    fn what_lambda_takes_has_a_size() {
        assert!(refusals(&fit(), Arch::Arm64, UNPACKED_MAX, ZIPPED_MAX).is_empty());
        assert_eq!(refusals(&fit(), Arch::Arm64, UNPACKED_MAX + 1, ZIPPED_MAX + 1).len(), 2);
    }
}
