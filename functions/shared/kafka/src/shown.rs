//! What a broker is shown by a role: a listener that speaks as much of Kafka's protocol as comes before a token.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rdkafka::producer::BaseProducer;

use crate::config::{KafkaConfig, Security};
use crate::context::Context;

const API_VERSIONS: i16 = 18;
const SASL_HANDSHAKE: i16 = 17;
const SASL_AUTHENTICATE: i16 = 36;

/// A request's number, its version and its correlation id, and what follows the client's name.
struct Request {
    number: i16,
    version: i16,
    correlation: [u8; 4],
    body: Vec<u8>,
}

fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).ok()?;
    let mut bytes = vec![0; u32::from_be_bytes(length).try_into().ok()?];
    stream.read_exact(&mut bytes).ok()?;
    let short = |at: usize| i16::from_be_bytes([bytes[at], bytes[at + 1]]);
    let client = usize::try_from(short(8)).unwrap_or(0);
    Some(Request {
        number: short(0),
        version: short(2),
        correlation: bytes[4..8].try_into().ok()?,
        body: bytes[10 + client..].to_vec(),
    })
}

fn answer(stream: &mut TcpStream, request: &Request, body: &[u8]) {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    stream.write_all(&[&length[..], &request.correlation, body].concat()).unwrap();
}

/// Which requests this broker knows, in the oldest form, which every client understands.
fn versions(error: u16) -> Vec<u8> {
    let known = [(API_VERSIONS, 0_i16, 0_i16), (SASL_HANDSHAKE, 0, 1), (SASL_AUTHENTICATE, 0, 0), (3, 0, 4)];
    let mut body = [&error.to_be_bytes()[..], &4_u32.to_be_bytes()].concat();
    for (number, oldest, newest) in known {
        body.extend([number, oldest, newest].iter().flat_map(|short| short.to_be_bytes()));
    }
    body
}

/// Serves one client until it shows what it has.
fn broker(listener: &TcpListener, shown: &mpsc::Sender<Vec<u8>>) {
    while let Ok((mut stream, _)) = listener.accept() {
        while let Some(request) = read(&mut stream) {
            match request.number {
                API_VERSIONS if request.version > 0 => answer(&mut stream, &request, &versions(35)),
                API_VERSIONS => answer(&mut stream, &request, &versions(0)),
                SASL_HANDSHAKE => {
                    let mechanism = [&0_u16.to_be_bytes()[..], &1_u32.to_be_bytes(), &11_u16.to_be_bytes()];
                    answer(&mut stream, &request, &[&mechanism.concat()[..], b"OAUTHBEARER"].concat());
                }
                SASL_AUTHENTICATE => {
                    let _ = shown.send(request.body[4..].to_vec());
                    return;
                }
                other => panic!("request {other} before the token"),
            }
        }
    }
}

#[test]
fn a_broker_is_shown_a_token_that_the_role_has_signed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (shown, seen) = mpsc::channel();
    std::thread::spawn(move || broker(&listener, &shown));

    let credentials = Credentials::new("AKID", "secret", Some("session".to_owned()), None, "test");
    let security = Security::MskIam { region: "sa-east-1".to_owned(), credentials };
    let config = KafkaConfig { security, ..KafkaConfig::plain(format!("127.0.0.1:{port}")) };
    let context = Context { security: config.security.clone() };
    let mut settings = config.to_client_config();
    assert_eq!(settings.get("security.protocol"), Some("SASL_SSL"));
    // As it is but for TLS, which this broker has none of.
    settings.set("security.protocol", "SASL_PLAINTEXT");
    let producer: BaseProducer<Context> = settings.create_with_context(context).unwrap();
    let started = Instant::now();
    let said = loop {
        // librdkafka asks for a token by what the poll delivers.
        producer.poll(Duration::from_millis(20));
        if let Ok(said) = seen.try_recv() {
            break String::from_utf8(said).unwrap();
        }
        assert!(started.elapsed() < Duration::from_secs(20), "no token was shown");
    };
    let token = said.strip_prefix("n,,\u{1}auth=Bearer ").and_then(|rest| rest.strip_suffix("\u{1}\u{1}"));
    let url = URL_SAFE_NO_PAD.decode(token.unwrap_or_else(|| panic!("{said:?}"))).unwrap();
    let url = String::from_utf8(url).unwrap();
    for part in [
        "https://kafka.sa-east-1.amazonaws.com/?Action=kafka-cluster%3AConnect",
        "X-Amz-Credential=AKID%2F",
        "X-Amz-Security-Token=session",
        "X-Amz-Signature=",
    ] {
        assert!(url.contains(part), "{part} in {url}");
    }
}
