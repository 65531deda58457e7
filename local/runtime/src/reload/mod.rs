//! Hot reload: looks whether a function's code has changed, and has its environments replaced.
//!
//! It looks at modification times instead of asking the kernel for news: that works on every file system,
//! containers' and network ones too, and costs next to nothing for what a function is made of.

mod files;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio_util::sync::CancellationToken;

use crate::host::HostOptions;
use crate::template::Function;

/// How often is looked. A change counts when it has come to rest between two looks: a linker writes for a while.
const LOOK_INTERVAL: Duration = Duration::from_millis(400);

/// What a function's files were like: when written, and how long.
type Fingerprint = BTreeMap<PathBuf, (SystemTime, u64)>;

/// Looks until the shutdown, and calls `restart` with the name of each function whose code has changed.
pub async fn run(
    functions: Vec<Function>,
    options: HostOptions,
    restart: impl Fn(&str) + Send,
    shutdown: CancellationToken,
) {
    let mut watched: Vec<Watched> =
        functions.into_iter().map(|function| Watched::new(function, &options)).collect();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(LOOK_INTERVAL) => {}
        }
        let looked = tokio::task::spawn_blocking({
            let options = options.clone();
            move || {
                let changes: Vec<_> =
                    watched.iter_mut().filter_map(|watched| watched.look(&options)).collect();
                (watched, changes)
            }
        });
        // It cannot fail but by a panic, and there is nothing in it that panics.
        let Ok((returned, changes)) = looked.await else { return };
        watched = returned;
        for (function, file) in changes {
            tracing::info!(function, file = %file.display(), "changed: its next call runs the new code");
            restart(&function);
        }
    }
}

/// One function's files.
#[derive(Debug)]
struct Watched {
    function: Function,
    seen: Fingerprint,
    /// What the last look saw, where that was not yet at rest.
    moving: Option<Fingerprint>,
}

impl Watched {
    fn new(function: Function, options: &HostOptions) -> Self {
        let seen = fingerprint(&function, options);
        Self { function, seen, moving: None }
    }

    /// The function's name and a file, if its code has changed and come to rest.
    fn look(&mut self, options: &HostOptions) -> Option<(String, PathBuf)> {
        let file = self.compare(fingerprint(&self.function, options))?;
        Some((self.function.name.clone(), file))
    }

    fn compare(&mut self, now: Fingerprint) -> Option<PathBuf> {
        if now == self.seen || now.is_empty() {
            self.moving = None;
            return None;
        }
        if self.moving.as_ref() != Some(&now) {
            self.moving = Some(now);
            return None;
        }
        self.moving = None;
        let file = difference(&self.seen, &now);
        self.seen = now;
        file
    }
}

/// A file that is new, gone or other than it was.
fn difference(before: &Fingerprint, now: &Fingerprint) -> Option<PathBuf> {
    let written = now.iter().find(|(path, state)| before.get(*path) != Some(state)).map(|(path, _)| path);
    let removed = before.keys().find(|path| !now.contains_key(*path));
    written.or(removed).cloned()
}

/// The binary of a function that is one, else the files of its code.
fn fingerprint(function: &Function, options: &HostOptions) -> Fingerprint {
    let files = match function.command.first() {
        None => vec![options.program(function)],
        Some(program) => {
            let mut files = files::of_folder(&function.code_uri);
            files.push(Path::new(program).to_owned());
            files
        }
    };
    let state = |path: PathBuf| {
        let file = std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file)?;
        Some((path, (file.modified().ok()?, file.len())))
    };
    files.into_iter().filter_map(state).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{Settings, Template};

    fn files(files: &[(&str, u64)]) -> Fingerprint {
        files.iter().map(|(path, len)| (PathBuf::from(path), (SystemTime::UNIX_EPOCH, *len))).collect()
    }

    #[test]
    fn a_change_counts_when_it_has_come_to_rest() {
        let folder = std::env::temp_dir().join(format!("reload-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let template = folder.join("template.yaml");
        std::fs::write(&template, "Resources: { Pay: { Type: 'AWS::Lambda::Function' } }").unwrap();
        let application = Template::read(&template, Settings::default()).unwrap().application().unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let function = application.functions[0].clone();
        let mut watched = Watched { function, seen: files(&[("a", 1), ("b", 1)]), moving: None };
        for (looks, expected) in [
            (&[&[("a", 1), ("b", 1)][..]][..], None),
            (&[&[("a", 2), ("b", 1)], &[("a", 3), ("b", 1)], &[("a", 3), ("b", 1)]], Some("a")),
            (&[&[("a", 3)], &[("a", 3)]], Some("b")),
            // Removed and written anew, as linkers do.
            (&[&[], &[], &[("a", 9)], &[("a", 9)]], Some("a")),
            (&[&[("a", 7)], &[("a", 9)], &[("a", 9)]], None),
            (&[&[("a", 9), ("c", 1)], &[("a", 9), ("c", 1)]], Some("c")),
        ] {
            let found: Vec<_> = looks.iter().filter_map(|look| watched.compare(files(look))).collect();
            assert_eq!(found, expected.map(PathBuf::from).into_iter().collect::<Vec<_>>(), "{looks:?}");
        }
    }
}
