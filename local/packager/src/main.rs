//! `packager`: packs built functions, and unpacks them as Lambda does; `cargo xtask package` calls it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser};
use packager::{
    Arch, Binary, Checksums, Compiled, Contents, Described, Metadata, PackError, Packed, describe, refusals,
    sha256, sums, table, third_party, unzip, zip,
};

/// Packs functions for Lambda.
#[derive(Debug, Parser)]
enum Command {
    /// Pack built functions.
    Pack(Pack),
    /// Unpack one as Lambda does.
    Unpack {
        /// The zip.
        zip: PathBuf,
        /// The folder to put `bootstrap` into.
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
struct Pack {
    /// The processor they were built for.
    #[arg(long, value_enum)]
    arch: Arch,
    /// The folder with the built binaries, as cargo-lambda leaves them: `NAME/bootstrap`.
    #[arg(long)]
    binaries: PathBuf,
    /// What `cargo metadata` says of the workspace, built as they were.
    #[arg(long)]
    metadata: PathBuf,
    /// What `cargo tree --prefix none` says is compiled for them.
    #[arg(long)]
    compiled: PathBuf,
    /// Cargo.lock.
    #[arg(long)]
    lock: PathBuf,
    /// Where to put zips, bills of materials, licences and sums.
    #[arg(long)]
    output: PathBuf,
    /// The functions.
    #[arg(required = true)]
    functions: Vec<String>,
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::Pack(arguments) => pack(&arguments),
        Command::Unpack { zip, folder } => unpack(&zip, &folder),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn pack(arguments: &Pack) -> Result<(), PackError> {
    let metadata = Metadata::read(&read_text(&arguments.metadata)?)?;
    let compiled = Compiled::read(&read_text(&arguments.compiled)?);
    let checksums = Checksums::read(&read_text(&arguments.lock)?);
    make_folder(&arguments.output)?;
    let (mut packed, mut contents) = (Vec::new(), Vec::new());
    for function in &arguments.functions {
        let inside = Contents::of(function, &metadata, &compiled)?;
        packed.push(pack_one(arguments, function, &inside, &checksums)?);
        contents.push(inside);
    }
    let components = contents.iter().flat_map(|inside| inside.components.values());
    write(&arguments.output.join("THIRD-PARTY-LICENCES.txt"), third_party(components)?.as_bytes())?;
    write(&arguments.output.join("SHA256SUMS"), sums(&packed).as_bytes())?;
    let table = table(&packed);
    write(&arguments.output.join("SIZES.txt"), table.as_bytes())?;
    say(&table);
    Ok(())
}

fn pack_one(
    arguments: &Pack,
    name: &str,
    contents: &Contents,
    checksums: &Checksums,
) -> Result<Packed, PackError> {
    let bytes = read(&arguments.binaries.join(name).join("bootstrap"))?;
    let binary = Binary::read(name, &bytes)?;
    let zipped = zip(name, &bytes)?;
    let mut reasons = refusals(&binary, arguments.arch, bytes.len(), zipped.len());
    if unzip(name, &zipped)? != bytes {
        reasons.push("its zip gives something else than what was looked at".to_owned());
    }
    if !reasons.is_empty() {
        return Err(PackError::Refused { name: name.to_owned(), reasons });
    }
    let described = Described { contents, arch: arguments.arch, binary_sha256: &sha256(&bytes) };
    let bill = format!("{:#}\n", describe(&described, checksums));
    write(&arguments.output.join(format!("{name}.zip")), &zipped)?;
    write(&arguments.output.join(format!("{name}.cdx.json")), bill.as_bytes())?;
    Ok(Packed {
        name: name.to_owned(),
        binary,
        unpacked_bytes: bytes.len(),
        zipped_bytes: zipped.len(),
        zip_sha256: sha256(&zipped),
    })
}

fn unpack(zip: &Path, folder: &Path) -> Result<(), PackError> {
    let name = zip.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let binary = unzip(&name, &read(zip)?)?;
    make_folder(folder)?;
    let bootstrap = folder.join("bootstrap");
    write(&bootstrap, &binary)?;
    let runnable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&bootstrap, runnable).map_err(|source| failed(&bootstrap, source))
}

fn read(path: &Path) -> Result<Vec<u8>, PackError> {
    std::fs::read(path).map_err(|source| failed(path, source))
}

fn read_text(path: &Path) -> Result<String, PackError> {
    std::fs::read_to_string(path).map_err(|source| failed(path, source))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), PackError> {
    std::fs::write(path, bytes).map_err(|source| failed(path, source))
}

fn make_folder(path: &Path) -> Result<(), PackError> {
    std::fs::create_dir_all(path).map_err(|source| failed(path, source))
}

fn failed(path: &Path, source: std::io::Error) -> PackError {
    PackError::File { path: path.to_owned(), source }
}

#[expect(clippy::print_stderr, reason = "a command-line program")]
fn say(text: &str) {
    eprintln!("{text}");
}
