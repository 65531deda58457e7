//! Reads the greeting of MySQL or MariaDB.

use std::io;

use super::Wire;

/// The protocol version every server of the family greets with.
const PROTOCOL: u8 = 10;

/// Ready is a server that greets; one that is full or shutting down answers with an error instead.
///
/// # Errors
/// No greeting came, or an error packet did.
pub fn ask(wire: &mut impl Wire) -> io::Result<()> {
    // Three bytes of length, a sequence number, then the packet's first byte.
    let mut head = [0_u8; 5];
    wire.read_exact(&mut head)?;
    match head[4] {
        PROTOCOL => Ok(()),
        other => Err(io::Error::other(format!("greets with {other:#04x}, not as a MySQL server"))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::recorded;
    use super::*;

    #[test]
    fn a_greeting_is_ready_and_anything_else_is_not() {
        assert!(ask(&mut recorded(&[74, 0, 0, 0, 10])).is_ok());
        assert!(ask(&mut recorded(&[23, 0, 0, 0, 0xff])).is_err());
        assert!(ask(&mut recorded(b"HTTP/1.1 400")).is_err());
        assert!(ask(&mut recorded(&[])).is_err());
    }
}
