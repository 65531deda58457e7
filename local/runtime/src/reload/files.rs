//! The files of a function's code.

use std::path::{Path, PathBuf};

/// More files are not looked at: they are hardly code.
const FILES_MAX: usize = 5_000;
/// Folders that tools fill: what is in there does not change by hand.
const TOOLS: [&str; 4] = ["node_modules", "target", "__pycache__", "venv"];

/// The files below a folder, without hidden ones and those that tools make.
pub(super) fn of_folder(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).into_iter().flatten();
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_code(path)) {
            // A link to a folder above would lead in a circle.
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                files.push(path);
            }
            if files.len() >= FILES_MAX {
                return files;
            }
        }
    }
    files
}

fn is_code(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    !name.starts_with('.') && !name.ends_with(".pyc") && !TOOLS.contains(&name)
}
