//! zig as C compiler and linker: what the compilers are told beyond cargo's own words.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::arch::Arch;
use crate::failure::{Doing, Failure, Outcome};

/// An empty curl/curl.h, which librdkafka asks for and does not use.
const STUB: &str = "functions/shared/kafka/stub";
/// What OpenSSL says of when it was compiled, in seconds since 1970: 1 January 1980, as the zips do. Without it two
/// compilations never give the same bytes.
const COMPILED_AT: &str = "315532800";

/// Environment variables for cargo-lambda; `programs` is the folder of what was installed from Python's index, `folder`
/// the one that is compiled in.
///
/// # Errors
/// zig is not among the programs.
pub fn variables(
    root: &Path,
    programs: &Path,
    arch: Arch,
    folder: &Path,
) -> Outcome<Vec<(String, OsString)>> {
    let of_target = |name: &str| format!("{name}_{}", arch.target().replace('-', "_"));
    let variable = |name: &str, value: OsString| (name.to_owned(), value);
    Ok(vec![
        // A folder that all share with whoever uses zig may be emptied by them at any moment.
        variable("ZIG_GLOBAL_CACHE_DIR", folder.join("zig").into()),
        variable("ZIG_LOCAL_CACHE_DIR", folder.join("zig").into()),
        variable("CPATH", root.join(STUB).into()),
        variable("SOURCE_DATE_EPOCH", COMPILED_AT.into()),
        // cargo-lambda asks for line numbers of C code, which nobody sees: binaries are stripped.
        (of_target("CFLAGS"), "-g0".into()),
        // Else each of thousands of C files costs two starts of Python, which only look for zig.
        variable("CARGO_ZIGBUILD_PYTHON_PATH", "none".into()),
        variable("CARGO_ZIGBUILD_ZIG_PATH", program(programs)?.into()),
    ])
}

/// Where zig itself lies.
fn program(programs: &Path) -> Outcome<PathBuf> {
    let mut python = Command::new(programs.join("python3"));
    python.args(["-c", "import ziglang; print(ziglang.__path__[0])"]);
    let output = python.output().doing(|| "ask Python for zig".to_owned())?;
    let zig = Path::new(String::from_utf8_lossy(&output.stdout).trim()).join("zig");
    if zig.is_file() { Ok(zig) } else { Err(Failure::new(format!("zig is not in {}", programs.display()))) }
}
