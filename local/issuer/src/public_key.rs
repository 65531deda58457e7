//! The two numbers of an RSA public key.

/// DER's tag of a SEQUENCE.
const SEQUENCE: u8 = 0x30;
/// DER's tag of an INTEGER.
const INTEGER: u8 = 0x02;

/// Modulus and exponent of an `RSAPublicKey` (RFC 8017, A.1.1), without leading zeros.
pub(crate) fn parts(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, []) = element(der, SEQUENCE)? else { return None };
    let (modulus, rest) = element(sequence, INTEGER)?;
    let (exponent, []) = element(rest, INTEGER)? else { return None };
    Some((magnitude(modulus), magnitude(exponent)))
}

/// The content of the first element, if it has this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[found, first], rest) = der.split_first_chunk::<2>()?;
    if found != tag {
        return None;
    }
    // Below 128 the byte is the length, else it says how many bytes the length has.
    let (length, rest) = match first {
        0..0x80 => (usize::from(first), rest),
        _ => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (
                length
                    .iter()
                    .try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))?,
                rest,
            )
        }
    };
    rest.split_at_checked(length)
}

/// A positive INTEGER has a zero in front where its first bit would be taken for a sign.
fn magnitude(integer: &[u8]) -> &[u8] {
    integer.strip_prefix(&[0]).unwrap_or(integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_numbers_are_found_or_none() {
        for (der, expected) in [
            (&[0x30, 7, 2, 2, 0, 0x80, 2, 1, 3][..], Some((&[0x80][..], &[3][..]))),
            (&[0x30, 0x81, 6, 2, 1, 5, 2, 1, 3], Some((&[5], &[3]))),
            (&[0x31, 6, 2, 1, 5, 2, 1, 3], None),
            (&[0x30, 6, 2, 1, 5, 2, 1, 3, 0], None),
            (&[0x30, 6, 2, 1, 5, 2, 9, 3], None),
            (&[0x30, 0xff, 1], None),
            (&[], None),
        ] {
            assert_eq!(parts(der), expected, "{der:?}");
        }
    }
}
