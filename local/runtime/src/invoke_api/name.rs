//! Function names as clients write them.

use crate::percent;

/// The bare name in a percent-encoded name, `name:qualifier`, partial or full ARN.
///
/// There is one version here, so that every qualifier means it.
pub(super) fn function_name(encoded: &str) -> String {
    let decoded = percent::decode(encoded);
    let name = match decoded.split_once("function:") {
        Some((_, name)) => name,
        None => &decoded,
    };
    name.split(':').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_name_a_function_finds_it() {
        for name in [
            "pay",
            "pay:$LATEST",
            "pay%3A1",
            "000000000000:function:pay",
            "000000000000%3Afunction%3Apay",
            "arn:aws:lambda:us-east-1:000000000000:function:pay",
            "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Apay%3Alive",
        ] {
            assert_eq!(function_name(name), "pay", "{name}");
        }
    }
}
