//! Lambda's processors, as Rust, Debian and Linux call them.

use crate::cli::PackageArch;

/// A processor to pack for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arch {
    /// Graviton.
    Arm64,
    /// Intel and AMD.
    X86_64,
}

impl Arch {
    /// The one that was asked for, or both.
    pub fn all_of(asked: PackageArch) -> Vec<Self> {
        match asked {
            PackageArch::Arm64 => vec![Self::Arm64],
            PackageArch::X86_64 => vec![Self::X86_64],
            PackageArch::All => vec![Self::Arm64, Self::X86_64],
        }
    }

    /// Its name in templates and folders.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }

    /// Rust's name of it.
    pub const fn target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }

    /// Linux's name of it.
    pub const fn machine(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64",
            Self::X86_64 => "x86_64",
        }
    }

    /// Debian's name of it.
    pub const fn debian(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "amd64",
        }
    }

    /// Whether this machine runs its programs itself.
    pub fn is_native(self) -> bool {
        self.machine() == std::env::consts::ARCH
    }
}
