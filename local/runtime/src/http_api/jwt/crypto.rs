//! Signatures are verified by aws-lc-rs, the cryptography that TLS uses here already.
//!
//! jsonwebtoken has an adapter of its own, which asks for parts of aws-lc-rs that nothing else needs.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind};
use signature::{Error, Verifier};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes jsonwebtoken use it. Whoever was first in this process stays.
pub(super) fn install() {
    let _ = PROVIDER.install_default();
}

struct Rsa(Algorithm, &'static RsaParameters, DecodingKey);

struct Ecdsa(Algorithm, &'static dyn VerificationAlgorithm, DecodingKey);

/// Refuses a key of another family than the algorithm's: a public key is no shared secret.
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let (algorithm, key) = (*algorithm, key.clone());
    let rsa = |scheme| match key.family() {
        AlgorithmFamily::Rsa => Ok(Box::new(Rsa(algorithm, scheme, key.clone())) as Box<dyn JwtVerifier>),
        _ => Err(ErrorKind::InvalidKeyFormat.into()),
    };
    let ecdsa = |scheme| match key.family() {
        AlgorithmFamily::Ec => Ok(Box::new(Ecdsa(algorithm, scheme, key.clone())) as Box<dyn JwtVerifier>),
        _ => Err(ErrorKind::InvalidKeyFormat.into()),
    };
    match algorithm {
        Algorithm::RS256 => rsa(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => rsa(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => rsa(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => rsa(&RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => rsa(&RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => rsa(&RSA_PSS_2048_8192_SHA512),
        Algorithm::ES256 => ecdsa(&ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => ecdsa(&ECDSA_P384_SHA384_FIXED),
        _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
    }
}

impl Verifier<Vec<u8>> for Rsa {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let DecodingKeyKind::RsaModulusExponent { n, e } = self.2.kind() else { return Err(Error::new()) };
        RsaPublicKeyComponents { n, e }.verify(self.1, message, signature).map_err(|_| Error::new())
    }
}

impl JwtVerifier for Rsa {
    fn algorithm(&self) -> Algorithm {
        self.0
    }
}

impl Verifier<Vec<u8>> for Ecdsa {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let DecodingKeyKind::SecretOrDer(point) = self.2.kind() else { return Err(Error::new()) };
        UnparsedPublicKey::new(self.1, point).verify(message, signature).map_err(|_| Error::new())
    }
}

impl JwtVerifier for Ecdsa {
    fn algorithm(&self) -> Algorithm {
        self.0
    }
}
