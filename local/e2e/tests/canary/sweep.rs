//! Looking everywhere.

use std::path::PathBuf;

use e2e::canary::{Card, Search, code, look_at_folder};
use harness::Endpoints;

use crate::flows::Play;
use crate::{http, index, items, processes, records, root, rows};

/// Where the decoy has to turn up, and how many things must have been looked at there at least.
const PLACES: [(&str, u64); 5] =
    [("records", 200), ("rows", 100), ("items", 20), ("documents", 1), ("answers", 50)];
/// The same for the servers' own files, where they run natively.
const FILES: [(&str, u64); 2] = [("Kafka's files", 20), ("the database's files", 10)];

/// The search so far.
pub struct Sweep<'a> {
    /// Numbers and ciphertexts.
    pub search: Search,
    play: &'a Play,
    decoy: Card,
    codes: Vec<String>,
}

impl<'a> Sweep<'a> {
    pub fn new(play: &'a Play, decoy: &Card) -> Self {
        let cards: Vec<Card> = play.cards.iter().chain([decoy]).cloned().collect();
        let search = Search::new(&cards, &play.ciphertexts);
        Self { search, play, decoy: decoy.clone(), codes: Vec::new() }
    }

    pub fn decoy_number(&self) -> String {
        self.decoy.number.clone()
    }

    /// Looks at one thing that may tell of a payment.
    pub fn look(&mut self, kind: &'static str, place: &str, bytes: &[u8]) {
        self.search.look(kind, || place.to_owned(), bytes);
        let play = self.play;
        let named = [code::named_code(bytes), code::name_in_base64(bytes)];
        let bare = play.payments.iter().filter(|(_, code)| code.len() == 4).filter_map(|(id, code)| {
            let tells_of_it = bytes.windows(id.len()).any(|part| part == id.as_bytes());
            if tells_of_it { code::bare_code(bytes, code) } else { None }
        });
        let found = named.into_iter().flatten().chain(bare);
        self.codes.extend(found.map(|around| format!("{kind}: {place}: {around}")));
    }

    pub async fn everything(&mut self, endpoints: &Endpoints) {
        for (at, answer) in self.play.answers.iter().enumerate() {
            self.look("answers", &format!("answer {at}"), answer.as_bytes());
        }
        http::look(self, endpoints).await;
        index::look(self, endpoints).await;
        items::look(self, endpoints).await;
        rows::look(self, endpoints).await;
        tokio::task::block_in_place(|| {
            records::look(self, endpoints);
            self.look_at_files();
            processes::look(self);
        });
    }

    /// The servers' own files, beneath their own formats, and every log, line by line.
    fn look_at_files(&mut self) {
        let state = root().join(".stack");
        for (kind, folder) in [
            ("Kafka's files", "data/kafka"),
            ("the database's files", "data/mariadb"),
            ("the tables' files", "data/dynamodb"),
            ("the index's files", "data/opensearch3"),
            ("the index's files", "data/opensearch2"),
            ("the PSP's files", "data/psp-simulator"),
            ("the issuer's files", "data/issuer"),
            ("other files", "config"),
            ("other files", "run"),
            ("logs", "logs"),
        ] {
            look_at_folder(&mut self.search, kind, &state.join(folder)).unwrap();
        }
        for log in files_below(&state.join("logs")) {
            let text = std::fs::read(&log).unwrap_or_default();
            for line in text.split(|byte| *byte == b'\n') {
                self.look("lines", &log.display().to_string(), line);
            }
        }
    }

    pub fn expect_nothing_but_the_decoy(&self) {
        let leaks: Vec<_> = self.search.hits().iter().filter(|hit| hit.secret != self.decoy.name).collect();
        assert!(leaks.is_empty(), "cards in clear: {leaks:#?}");
        assert!(self.codes.is_empty(), "codes in clear: {:#?}", self.codes);
        let natively = root().join(".stack/run/kafka.json").exists();
        for (kind, at_least) in PLACES.iter().chain(natively.then_some(&FILES).into_iter().flatten()) {
            let looked_at = self.search.looked_at(kind);
            assert!(looked_at >= *at_least, "{kind}: {looked_at} were looked at");
            let found = self.search.hits().iter().any(|hit| hit.kind == *kind);
            assert!(found, "the decoy was not found among the {kind}");
        }
        for kind in ["lines", "functions", "metrics"] {
            assert!(self.search.looked_at(kind) > 0, "no {kind} were looked at");
        }
    }
}

fn files_below(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files_below(&entry.path()),
            _ => vec![entry.path()],
        })
        .collect()
}
