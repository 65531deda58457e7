//! Asks a broker for the brokers of its cluster.

use std::io;

use super::Wire;

/// A Metadata request (key 3, version 4) for no topic: correlation id 1, client `xtask`, an empty
/// list of topics, and no wish to create any.
const REQUEST: &[u8] =
    &[0, 0, 0, 20, 0, 3, 0, 4, 0, 0, 0, 1, 0, 5, b'x', b't', b'a', b's', b'k', 0, 0, 0, 0, 0];

/// Ready is a broker that lists at least one broker: a fenced one lists none.
///
/// # Errors
/// It does not answer, or is not yet part of its cluster.
pub fn ask(wire: &mut impl Wire) -> io::Result<()> {
    wire.write_all(REQUEST)?;
    // Size, correlation id, throttle time, number of brokers: four bytes each.
    let mut head = [0_u8; 16];
    wire.read_exact(&mut head)?;
    match i32::from_be_bytes([head[12], head[13], head[14], head[15]]) {
        0 => Err(io::Error::other("is up but not yet part of its cluster")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_says_its_own_length() {
        assert_eq!(usize::from(REQUEST[3]), REQUEST.len() - 4);
    }

    #[test]
    fn only_a_broker_that_lists_brokers_is_ready() {
        for (brokers, ready) in [(0, false), (1, true), (3, true)] {
            let answer = [0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, brokers];
            assert_eq!(ask(&mut super::super::tests::recorded(&answer)).is_ok(), ready, "{brokers}");
        }
        assert!(ask(&mut super::super::tests::recorded(&[0, 0])).is_err());
    }
}
