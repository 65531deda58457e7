//! On-failure records as files: what a machine without SQS, SNS and S3 can show.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Undelivered, object_key};
use crate::esm::config::DestinationArn;
use crate::esm::engine::Letter;

/// A folder that stands for a queue, a topic or a bucket.
#[derive(Clone)]
pub struct Folder {
    root: Arc<Path>,
    key_prefix: Arc<str>,
}

impl Folder {
    /// `<folder>/<service>/<name>`.
    pub fn new(folder: &Path, arn: &DestinationArn, key_prefix: String) -> Self {
        Self { root: folder.join(arn.service.name()).join(&arn.name).into(), key_prefix: key_prefix.into() }
    }

    /// Writes a file for each letter.
    pub async fn deliver(&self, topic: &str, letters: &[Letter]) -> Undelivered {
        let mut undelivered = Undelivered::default();
        for letter in letters {
            let file = self.root.join(format!("{}.json", object_key(&self.key_prefix, topic, letter)));
            if let Err(error) = write(&file, &letter.value).await {
                undelivered.note(letter, format!("{}: {error}", file.display()));
            }
        }
        undelivered
    }
}

/// A reader never sees half of a file.
async fn write(file: &PathBuf, content: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    let unfinished = file.with_extension("part");
    tokio::fs::write(&unfinished, content).await?;
    tokio::fs::rename(&unfinished, file).await
}
