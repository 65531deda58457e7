//! Checks that need what may not be here: they are left out and that is said, unless they are demanded.

use crate::failure::Outcome;
use crate::say;

/// Who demands a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// `GATEWAY_CHECKS=required`, as in CI.
    Checks,
    /// `GATEWAY_ADVISORIES=required`: known vulnerabilities are looked for, which takes a network.
    Advisories,
    /// Nobody: what it would find is found elsewhere too.
    Nobody,
}

impl Demand {
    /// Whether it is demanded now.
    #[must_use]
    pub fn is_made(self) -> bool {
        let is_required = |variable| std::env::var(variable).is_ok_and(|demand| demand == "required");
        match self {
            Self::Checks => is_required("GATEWAY_CHECKS"),
            Self::Advisories => is_required("GATEWAY_ADVISORIES"),
            Self::Nobody => false,
        }
    }

    /// What a check of `what` needs, if it could be had; `None`, which `who` says, if the check is left out.
    ///
    /// # Errors
    /// It could not be had, and the check is demanded.
    pub fn unless_missing<T>(self, who: &str, what: &str, found: Outcome<T>) -> Outcome<Option<T>> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(why) if self.is_made() => Err(why),
            Err(why) => {
                say::progress(who, format!("NOT CHECKED: {what}: {why}"));
                Ok(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;

    #[test]
    fn what_is_missing_is_left_out_unless_it_is_demanded() {
        let missing = || Err::<(), _>(Failure::new("not here"));
        assert!(matches!(Demand::Nobody.unless_missing("test", "this", Ok(1)), Ok(Some(1))));
        assert!(matches!(Demand::Nobody.unless_missing("test", "this", missing()), Ok(None)));
        let outcome = Demand::Checks.unless_missing("test", "this", missing());
        assert_eq!(outcome.is_err(), Demand::Checks.is_made());
    }
}
