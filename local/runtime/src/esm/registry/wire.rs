//! Confluent's wire format.

/// First byte of data with a schema.
const MAGIC: u8 = 0;

/// The schema's id and the data after the prefix; `None` where there is no such prefix.
pub fn split(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (&[MAGIC, a, b, c, d], data) = bytes.split_first_chunk::<5>()? else { return None };
    Some((u32::from_be_bytes([a, b, c, d]), data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_is_a_zero_and_four_bytes() {
        assert_eq!(split(b"\0\0\0\x01\x02data"), Some((258, b"data".as_slice())));
        assert_eq!(split(b"\0\0\0\0\x07"), Some((7, b"".as_slice())));
        for plain in [b"".as_slice(), b"\0\0\0\x01", b"{\"a\":1}", b"\x01\0\0\0\x07x"] {
            assert_eq!(split(plain), None, "{plain:?}");
        }
    }
}
