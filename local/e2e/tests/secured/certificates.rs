//! An authority of this run, and what it has signed; made by `openssl`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The password of the client's encrypted key.
pub const KEY_PASSWORD: &str = "opens the key";

/// Certificates and keys, in PEM.
pub struct Certificates {
    folder: PathBuf,
}

impl Certificates {
    /// Makes `ca.pem`, `server.pem` (key and certificate), `client.pem`, `client.key`,
    /// `client.encrypted.key` and `stranger.pem`, an authority that signed nothing here.
    pub fn make(folder: &Path) -> Self {
        let made = Self { folder: folder.to_owned() };
        made.authority("ca");
        made.authority("stranger");
        made.signed("server", "subjectAltName=DNS:localhost,IP:127.0.0.1");
        made.signed("client", "extendedKeyUsage=clientAuth");
        let server = made.text("server.key") + &made.text("server.crt");
        std::fs::write(folder.join("server.pem"), server).unwrap();
        std::fs::copy(folder.join("client.crt"), folder.join("client.pem")).unwrap();
        let password = format!("pass:{KEY_PASSWORD}");
        let encrypt = ["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", "client.key", "-passout", &password];
        made.openssl(&[encrypt.as_slice(), &["-out", "client.encrypted.key"]].concat());
        made
    }

    /// What is in a file.
    pub fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.join(file)).unwrap()
    }

    fn authority(&self, name: &str) {
        self.key(name);
        let (key, certificate, subject) =
            (format!("{name}.key"), format!("{name}.pem"), format!("/CN={name}"));
        let request = ["req", "-x509", "-new", "-days", "2", "-key", &key, "-out", &certificate];
        self.openssl(&[request.as_slice(), &["-subj", &subject]].concat());
    }

    fn signed(&self, name: &str, extension: &str) {
        self.key(name);
        let [key, request, certificate, extensions] =
            ["key", "csr", "crt", "ext"].map(|ending| format!("{name}.{ending}"));
        std::fs::write(self.folder.join(&extensions), extension).unwrap();
        let subject = format!("/CN={name}");
        self.openssl(&["req", "-new", "-key", &key, "-out", &request, "-subj", &subject]);
        let sign = ["x509", "-req", "-days", "2", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
        let files = ["-in", &request, "-out", &certificate, "-extfile", &extensions];
        self.openssl(&[sign.as_slice(), &files].concat());
    }

    fn key(&self, name: &str) {
        let file = format!("{name}.key");
        self.openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", &file]);
    }

    fn openssl(&self, arguments: &[&str]) {
        let output = Command::new("openssl").args(arguments).current_dir(&self.folder).output();
        let output = output.expect("openssl is installed");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
