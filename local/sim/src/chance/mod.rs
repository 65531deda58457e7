//! Where all chance comes from: one seed, asked site by site.
//!
//! Each site (who asks, for what) has its own numbers, so that leaving one fault or one buyer out
//! moves the others as little as possible: that is what makes a failure shrink.

mod fault;
mod profile;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use fault::Fault;
pub use profile::Profile;

use crate::actor::Actor;

/// Who asks, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site(pub Actor, pub &'static str);

/// One opportunity for a fault: the n-th time that a site asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaultId {
    /// Where.
    pub site: Site,
    /// The how-manieth question of the site.
    pub nth: u32,
    /// What went wrong.
    pub fault: Fault,
}

impl fmt::Display for FaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} #{}: {}", self.site.0.name(), self.site.1, self.nth, self.fault.as_str())
    }
}

/// A draw: as many independent numbers as are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Lot {
    bits: u64,
    site: Site,
    nth: u32,
}

impl Lot {
    /// A number below `end`, another one for each salt.
    #[must_use]
    pub const fn below(&self, end: u64, salt: u64) -> u64 {
        if end == 0 { 0 } else { mix(self.bits ^ mix(salt)) % end }
    }

    /// A number of milliseconds from `from` to `to`.
    #[must_use]
    pub const fn millis(&self, from: i64, to: i64, salt: u64) -> i64 {
        from + self.below((to - from + 1).unsigned_abs(), salt).cast_signed()
    }

    /// True in `per_mille` of 1000 cases.
    #[must_use]
    pub const fn happens(&self, per_mille: u64, salt: u64) -> bool {
        self.below(1000, salt) < per_mille
    }
}

/// The seed's numbers and the faults that came of them.
#[derive(Debug)]
pub struct Chance {
    seed: u64,
    asked: BTreeMap<Site, u32>,
    profile: Profile,
    /// Only these faults may happen; all that come up where it is `None`.
    allowed: Option<BTreeSet<FaultId>>,
    injected: Vec<FaultId>,
}

impl Chance {
    /// The chance of a seed.
    #[must_use]
    pub fn new(seed: u64, allowed: Option<BTreeSet<FaultId>>) -> Self {
        let profile = Profile::of(seed);
        Self { seed, asked: BTreeMap::new(), profile, allowed, injected: Vec::new() }
    }

    /// The kinds of trouble this seed has.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Draws at a site.
    pub fn draw(&mut self, site: Site) -> Lot {
        let nth = self.asked.entry(site).or_default();
        *nth += 1;
        let bits = mix(self.seed ^ mix(site.hash() ^ (u64::from(*nth) << 32)));
        Lot { bits, site, nth: *nth }
    }

    /// Which of the faults, if any, happens here.
    pub fn fault(&mut self, lot: &Lot, faults: &[Fault]) -> Option<Fault> {
        let comes_up =
            |fault: &&Fault| lot.below(100_000, 7_000 + **fault as u64) < self.profile.rate(**fault);
        let id =
            faults.iter().find(comes_up).map(|&fault| FaultId { site: lot.site, nth: lot.nth, fault })?;
        if self.allowed.as_ref().is_some_and(|allowed| !allowed.contains(&id)) {
            return None;
        }
        self.injected.push(id);
        Some(id.fault)
    }

    /// The faults that happened so far.
    #[must_use]
    pub fn injected(&self) -> &[FaultId] {
        &self.injected
    }
}

impl Site {
    /// FNV-1a: the same on every machine.
    fn hash(self) -> u64 {
        let bytes = self.0.name().bytes().chain([0]).chain(self.1.bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
    }
}

/// SplitMix64's finaliser.
#[must_use]
pub const fn mix(bits: u64) -> u64 {
    let mut z = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
