//! The search index.

use crate::chaos::evidence::Evidence;

/// Each product is in the index as the table has it.
pub(super) fn converged(evidence: &Evidence) -> Vec<String> {
    let mut findings = Vec::new();
    for (id, row) in &evidence.products {
        let indexed = evidence.indexed.get(id);
        if !indexed.is_some_and(|found| found.is(row)) {
            findings.push(format!("{id} is {row:?}, and the index has {indexed:?}"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chaos::check::testing::sound;

    #[test]
    fn a_missing_and_a_stale_product_are_found() {
        assert!(converged(&sound()).is_empty());
        let mut missing = sound();
        missing.indexed.clear();
        assert_eq!(converged(&missing).len(), 1);
        let mut stale = sound();
        stale.indexed.get_mut("g1").unwrap().version -= 1;
        assert_eq!(converged(&stale).len(), 1);
    }
}
