//! The functions' processes: killed at random, and looked for after their runtime is gone.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::Deployed;
use crate::gateway::Failure;
use crate::processes::{self, Process};

/// Blows of one fault, each against one function.
const BLOWS: usize = 4;
/// How long a function may outlive its runtime.
const GONE_WITHIN: Duration = Duration::from_secs(10);

/// The programs of the template's functions.
#[derive(Debug, Clone)]
pub struct Functions {
    programs: Vec<PathBuf>,
}

impl Functions {
    /// Those of the template.
    ///
    /// # Errors
    /// The template cannot be read.
    pub fn of(deployed: &Deployed) -> Result<Self, Failure> {
        let application = deployed.template()?.application().map_err(|error| Failure(error.to_string()))?;
        let programs = application.functions.iter().map(|function| deployed.binaries.join(&function.binary));
        Ok(Self { programs: programs.collect() })
    }

    /// Kills every environment of some functions that run, `pause` apart; how many environments there were.
    ///
    /// # Errors
    /// The processes cannot be listed.
    pub async fn kill(&self, choice: u64, pause: Duration) -> Result<usize, Failure> {
        let mut random = StdRng::seed_from_u64(choice);
        let mut killed = 0;
        for _ in 0..BLOWS {
            let mut busy = Vec::new();
            for program in &self.programs {
                if !processes::of(program)?.is_empty() {
                    busy.push(program);
                }
            }
            if !busy.is_empty() {
                killed += processes::kill_all(busy[random.random_range(0..busy.len())])?;
            }
            tokio::time::sleep(pause).await;
        }
        Ok(killed)
    }

    /// All environments of all functions.
    ///
    /// # Errors
    /// The processes cannot be listed.
    pub fn running(&self) -> Result<Vec<Process>, Failure> {
        let mut running = Vec::new();
        for program in &self.programs {
            running.extend(processes::of(program)?);
        }
        Ok(running)
    }
}

/// Waits until these have ended; how many have not in time.
pub async fn await_gone(processes: &[Process]) -> usize {
    let deadline = Instant::now() + GONE_WITHIN;
    loop {
        let left = processes.iter().filter(|process| process.is_running()).count();
        if left == 0 || Instant::now() > deadline {
            return left;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
