//! What was packed, for people and for `sha256sum -c`.

use crate::binary::Binary;

/// A function that was packed.
#[derive(Debug)]
pub struct Packed {
    /// The function.
    pub name: String,
    /// What its binary asks for.
    pub binary: Binary,
    /// Bytes of the binary.
    pub unpacked_bytes: usize,
    /// Bytes of the zip, which a cold start fetches.
    pub zipped_bytes: usize,
    /// SHA-256 of the zip.
    pub zip_sha256: String,
}

/// A table of sizes in bytes, with the glibc and the libraries that each one asks for.
#[must_use]
pub fn table(packed: &[Packed]) -> String {
    let mut lines =
        vec![format!("{:<22}{:>12}{:>12}  {:<7}{}", "function", "bootstrap", "zip", "glibc", "needs")];
    for each in packed {
        let glibc = each.binary.glibc().map_or_else(String::new, |(major, minor)| format!("{major}.{minor}"));
        let needs = each.binary.needed.join(" ");
        lines.push(format!(
            "{:<22}{:>12}{:>12}  {glibc:<7}{needs}",
            each.name, each.unpacked_bytes, each.zipped_bytes
        ));
    }
    let (unpacked, zipped) =
        packed.iter().fold((0, 0), |sum, each| (sum.0 + each.unpacked_bytes, sum.1 + each.zipped_bytes));
    lines.push(format!("{:<22}{unpacked:>12}{zipped:>12}", "together"));
    lines.join("\n") + "\n"
}

/// The sums of the zips, as `sha256sum --check` reads them.
#[must_use]
pub fn sums(packed: &[Packed]) -> String {
    packed.iter().map(|each| format!("{}  {}.zip\n", each.zip_sha256, each.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(name: &str) -> Packed {
        let versions = ["GLIBC_2.17", "GLIBC_2.34"].map(str::to_owned).to_vec();
        Packed {
            name: name.to_owned(),
            binary: Binary {
                machine: 183,
                interpreter: None,
                needed: ["libm.so.6", "libc.so.6"].map(str::to_owned).to_vec(),
                versions,
                search_paths: vec![],
            },
            unpacked_bytes: 7_000_000,
            zipped_bytes: 3_000_000,
            zip_sha256: "ab".repeat(32),
        }
    }

    #[test]
    fn each_function_has_a_line_and_all_have_a_sum() {
        let table = table(&[packed("catalog"), packed("settle-payment")]);
        let lines: Vec<_> = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
        assert_eq!(lines[1], ["catalog", "7000000", "3000000", "2.34", "libm.so.6", "libc.so.6"]);
        assert_eq!(lines[3], ["together", "14000000", "6000000"]);
    }

    #[test]
    fn sums_are_as_sha256sum_reads_them() {
        assert_eq!(sums(&[packed("pay")]), format!("{}  pay.zip\n", "ab".repeat(32)));
    }
}
