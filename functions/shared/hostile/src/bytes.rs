//! Bytes, of nothing or of something that was valid.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Bytes of no meaning, the empty ones included.
pub fn noise() -> impl Strategy<Value = Vec<u8>> {
    let frame: &[u8] = b"\0\0\0\0\x07Obj\x01";
    prop_oneof![
        vec(any::<u8>(), 0..64),
        select(vec![
            &b""[..],
            b"{",
            b"[]",
            b"null",
            b"\xff\xfe{\0}\0",
            b"\xef\xbb\xbf{}",
            b"\"\\ud800\"",
            frame
        ])
        .prop_map(<[u8]>::to_vec),
        // A length that no buffer expects, of a byte that opens what is never closed.
        (select(vec![b'[', b'{', b'"', b'0', b' ']), 1_usize..20_000).prop_map(|(byte, len)| vec![byte; len]),
    ]
}

/// `valid` with its end cut off, a byte changed, bytes that are no UTF-8 put in, or something behind it.
pub fn spoiled(valid: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    (any::<Index>(), 0_u8..5, any::<u8>()).prop_map(move |(place, how, byte)| {
        let mut bytes = valid.clone();
        let at = place.index(bytes.len() + 1);
        match how {
            0 => bytes.truncate(at),
            1 => bytes.extend_from_slice(&valid),
            2 => bytes.insert(at, byte),
            3 => drop(bytes.splice(at..at, [0xc3, 0x28, 0xf0, 0x9f])),
            _ if at < bytes.len() => bytes[at] = byte,
            _ => bytes.clear(),
        }
        bytes
    })
}
