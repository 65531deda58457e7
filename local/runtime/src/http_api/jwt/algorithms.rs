//! The algorithms that tokens may be signed with.

use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, KeyAlgorithm, PublicKeyUse};
use serde::Deserialize;

/// An algorithm with a public key. Those with a shared secret are not even known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum JwtAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// RSASSA-PSS with SHA-384.
    PS384,
    /// RSASSA-PSS with SHA-512.
    PS512,
    /// ECDSA on P-256 with SHA-256: not on AWS.
    ES256,
    /// ECDSA on P-384 with SHA-384: not on AWS.
    ES384,
}

impl JwtAlgorithm {
    /// "Only RSA-based algorithms are supported", says AWS.
    pub const OF_AWS: [Self; 6] =
        [Self::RS256, Self::RS384, Self::RS512, Self::PS256, Self::PS384, Self::PS512];

    pub(super) const fn to_algorithm(self) -> Algorithm {
        match self {
            Self::RS256 => Algorithm::RS256,
            Self::RS384 => Algorithm::RS384,
            Self::RS512 => Algorithm::RS512,
            Self::PS256 => Algorithm::PS256,
            Self::PS384 => Algorithm::PS384,
            Self::PS512 => Algorithm::PS512,
            Self::ES256 => Algorithm::ES256,
            Self::ES384 => Algorithm::ES384,
        }
    }

    /// Whether a published key is one of this algorithm. A key for encryption is none, nor is one
    /// that names another algorithm.
    pub(super) fn takes(self, key: &Jwk) -> bool {
        let is_of_kind = match &key.algorithm {
            AlgorithmParameters::RSA(_) => !matches!(self, Self::ES256 | Self::ES384),
            AlgorithmParameters::EllipticCurve(_) => matches!(self, Self::ES256 | Self::ES384),
            _ => false,
        };
        let is_for_signing = !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
        let named = key.common.key_algorithm;
        is_of_kind
            && is_for_signing
            && named.is_none_or(|named| named == KeyAlgorithm::from(self.to_algorithm()))
    }
}
