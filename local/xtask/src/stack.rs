//! What every command works with: the checkout, its ports, and things found only once.

use std::sync::{Mutex, OnceLock};

use crate::engine::docker;
use crate::failure::Outcome;
use crate::fetch::jdk::Jdks;
use crate::place::{self, Place};
use crate::ports::Ports;
use crate::settings::{Engine, Settings};
use crate::variables;

/// The stack of one checkout.
#[derive(Debug)]
pub struct Stack {
    /// Its folders.
    pub place: Place,
    /// Its ports.
    pub ports: Ports,
    /// How it was, or is to be, started.
    pub settings: Settings,
    /// The JDKs of this machine, looked for at the first question.
    pub jdks: OnceLock<Outcome<Jdks>>,
    /// Whether the jars are there; the first who asks fetches those of all servers.
    pub jars: OnceLock<Outcome>,
    /// The package manager allows one at a time.
    pub packages: Mutex<()>,
}

impl Stack {
    /// The stack of this checkout with the ports that the environment and `ports.toml` ask for.
    ///
    /// # Errors
    /// A port is not a number, or used twice.
    pub fn of_this_checkout() -> Outcome<Self> {
        let place = Place::of_this_checkout();
        let remembered = std::fs::read_to_string(place.ports_file()).unwrap_or_default();
        let ports = Ports::choose(|name| std::env::var(name).ok(), &remembered)?;
        Ok(Self {
            settings: Settings::remembered(&place),
            place,
            ports,
            jdks: OnceLock::new(),
            jars: OnceLock::new(),
            packages: Mutex::new(()),
        })
    }

    /// Remembers the ports for later commands, which may come without the environment of this one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn remember_ports(&self) -> Outcome {
        place::write(&self.place.ports_file(), &self.ports.to_file())
    }

    /// The addresses of everything, and the Compose project where there is one.
    pub fn variables(&self) -> Vec<(String, String)> {
        let mut variables = variables::all(&self.ports, self.settings.engine);
        if self.settings.engine == Engine::Docker {
            variables.push(("COMPOSE_PROJECT_NAME".to_owned(), docker::project(&self.place.root)));
        }
        variables
    }
}
