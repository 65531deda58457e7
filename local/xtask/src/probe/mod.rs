//! Whether a server can be used: each one is asked in its own protocol, since an open port is not
//! yet a server that answers.

mod http;
mod kafka;
mod mysql;

pub use http::{Request, Response, send, send_within};

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::time::Duration;

/// The longest a probe waits for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// How a server is asked whether it is ready.
#[derive(Debug, Clone)]
pub enum Probe {
    /// A Kafka broker that is part of its cluster.
    Kafka,
    /// MySQL or MariaDB that accepts connections.
    Mysql,
    /// An HTTP server that answers this request with 200.
    Http(Request),
}

/// Asks once.
///
/// # Errors
/// The server does not answer, or not yet as one that is ready.
pub fn ask(probe: &Probe, port: u16) -> io::Result<()> {
    match probe {
        Probe::Kafka => kafka::ask(&mut connect(port)?),
        Probe::Mysql => mysql::ask(&mut connect(port)?),
        Probe::Http(request) => match send(port, request)? {
            Response { status: 200, .. } => Ok(()),
            Response { status, .. } => Err(io::Error::other(format!("answers HTTP {status}"))),
        },
    }
}

fn connect(port: u16) -> io::Result<TcpStream> {
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
    let stream = TcpStream::connect_timeout(&address.into(), ANSWER_WITHIN)?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    stream.set_write_timeout(Some(ANSWER_WITHIN))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What a probe talks over; tests give it recorded bytes.
trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, Read, Write};

    /// A wire that swallows what is written and plays back an answer.
    pub struct Recorded(Cursor<Vec<u8>>);

    pub fn recorded(answer: &[u8]) -> Recorded {
        Recorded(Cursor::new(answer.to_vec()))
    }

    impl Read for Recorded {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }

    impl Write for Recorded {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            Ok(buffer.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
