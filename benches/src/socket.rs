//! A WebSocket client of a few bytes: it must not weigh anything beside the server that is measured.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
};

use crate::load::ask;

/// An open WebSocket.
#[derive(Debug)]
pub struct Socket(TcpStream);

impl Socket {
    /// Shakes hands.
    pub fn open(address: SocketAddr, path: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        let answer = ask(&stream, request.as_bytes())?;
        if answer.starts_with("HTTP/1.1 101 ") { Ok(Self(stream)) } else { Err(io::Error::other(answer)) }
    }

    /// Sends a text of at most 125 bytes. The mask is zero, which is a mask like any other.
    pub fn send(&mut self, text: &str) -> io::Result<()> {
        let length = u8::try_from(text.len()).ok().filter(|length| *length <= 125);
        let length = length.ok_or_else(|| io::Error::other("the text is too long"))?;
        let mut frame = vec![0x81, 0x80 | length, 0, 0, 0, 0];
        frame.extend_from_slice(text.as_bytes());
        self.0.write_all(&frame)
    }

    /// The next text.
    pub fn receive(&mut self) -> io::Result<String> {
        let mut head = [0; 2];
        self.0.read_exact(&mut head)?;
        let length = match head {
            [0x81, length @ 0..=125] => usize::from(length),
            [0x81, 126] => {
                let mut length = [0; 2];
                self.0.read_exact(&mut length)?;
                usize::from(u16::from_be_bytes(length))
            }
            other => return Err(io::Error::other(format!("no text: {other:?}"))),
        };
        let mut text = vec![0; length];
        self.0.read_exact(&mut text)?;
        String::from_utf8(text).map_err(io::Error::other)
    }
}
