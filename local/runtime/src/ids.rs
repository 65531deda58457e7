//! Identifiers as AWS writes them.

use rand::RngCore;

/// A random UUID (version 4).
pub fn uuid() -> String {
    let mut bytes = [0_u8; 16];
    rand::rng().fill_bytes(&mut bytes);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        push_hex(&mut text, *byte);
    }
    text
}

/// A trace header of X-Ray: not sampled, since nothing here collects traces.
pub fn trace_header(epoch_s: u64) -> String {
    let mut text = root_trace(epoch_s);
    text.push_str(";Parent=");
    push_random(&mut text, 8);
    text.push_str(";Sampled=0");
    text
}

/// The root alone, as API Gateway starts a trace.
pub fn root_trace(epoch_s: u64) -> String {
    let mut text = format!("Root=1-{epoch_s:08x}-");
    push_random(&mut text, 12);
    text
}

fn push_random(text: &mut String, bytes: usize) {
    let mut random = [0_u8; 16];
    rand::rng().fill_bytes(&mut random[..bytes]);
    random[..bytes].iter().for_each(|byte| push_hex(text, *byte));
}

fn push_hex(text: &mut String, byte: u8) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    text.push(DIGITS[usize::from(byte >> 4)]);
    text.push(DIGITS[usize::from(byte & 0x0f)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_the_shape_of_awss() {
        let uuid = uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        assert_eq!(uuid.match_indices('-').map(|(at, _)| at).collect::<Vec<_>>(), [8, 13, 18, 23]);
        let trace = trace_header(0x6565_0000);
        assert!(trace.starts_with("Root=1-65650000-"), "{trace}");
        assert_eq!(trace.len(), "Root=1-65650000-".len() + 24 + ";Parent=".len() + 16 + ";Sampled=0".len());
    }
}
