//! Binary frames (section 9): payload bytes as binary messages, with no JSON and no base64 around them.
//!
//! Nothing here copies a payload: a frame borrows from the message that it came in, and a frame on its way out is a
//! header to be put before the bytes.

use crate::{Address, Fault, SocketId};

/// Bytes before the payload of a stream's frame: the kind and the socket's number.
pub const STREAM_HEADER: usize = 5;

const STREAM: u8 = 0;
const DATAGRAM: u8 = 1;

/// A frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The socket's number.
    pub socket: SocketId,
    /// The datagram's destination or sender; none for a stream, and for a datagram to the connected peer.
    pub address: Option<&'a str>,
    /// The bytes.
    pub bytes: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Reads a binary message.
    ///
    /// # Errors
    /// `-32600` that says what is wrong with the frame.
    pub fn parse(message: &'a [u8]) -> Result<Frame<'a>, Fault> {
        let wrong = |problem: &str| Err(Fault::not_a_request(format!("binary frame: {problem}")));
        let Some((&kind, rest)) = message.split_first() else { return wrong("is empty") };
        let Some((number, rest)) = rest.split_first_chunk::<4>() else {
            return wrong("ends within the socket's number (bytes 1 to 4)");
        };
        let socket = SocketId::from_be_bytes(*number);
        let wrong =
            |problem: &str| Err(Fault::not_a_request(format!("binary frame for socket {socket}: {problem}")));
        match kind {
            STREAM => Ok(Frame { socket, address: None, bytes: rest }),
            DATAGRAM => {
                let Some((&length, rest)) = rest.split_first() else {
                    return wrong("ends before the length of the address (byte 5)");
                };
                let Some((address, bytes)) = rest.split_at_checked(length.into()) else {
                    return wrong("ends within the address");
                };
                match std::str::from_utf8(address) {
                    Ok("") => Ok(Frame { socket, address: None, bytes }),
                    Ok(address) => Ok(Frame { socket, address: Some(address), bytes }),
                    Err(_) => wrong("the address is not UTF-8"),
                }
            }
            kind => {
                wrong(&format!("its kind (byte 0) is {kind}; 0 is stream data, 1 a datagram with an address"))
            }
        }
    }

    /// The destination, read as any address of a call is.
    ///
    /// # Errors
    /// `-32602` that names `to`.
    pub fn to(&self) -> Result<Option<Address>, Fault> {
        let parsed = self.address.map(|address| address.parse());
        parsed.transpose().map_err(|error| {
            Fault::bad_params("to", &format!("{error} (binary frame for socket {})", self.socket))
        })
    }

    /// The frame as a message. An address is cut after 255 bytes, which none of the kernel's is longer than.
    pub fn to_message(&self) -> Vec<u8> {
        let address = self.address.map(|address| &address[..address.floor_char_boundary(u8::MAX.into())]);
        let mut message =
            Vec::with_capacity(STREAM_HEADER + 1 + address.map_or(0, str::len) + self.bytes.len());
        match address {
            None => message.extend_from_slice(&stream_header(self.socket)),
            Some(address) => {
                message.push(DATAGRAM);
                message.extend_from_slice(&self.socket.to_be_bytes());
                message.push(u8::try_from(address.len()).unwrap_or(u8::MAX));
                message.extend_from_slice(address.as_bytes());
            }
        }
        message.extend_from_slice(self.bytes);
        message
    }
}

/// What stands before a stream's bytes.
pub fn stream_header(socket: SocketId) -> [u8; STREAM_HEADER] {
    let [a, b, c, d] = socket.to_be_bytes();
    [STREAM, a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(frame: Frame<'_>, message: &[u8]) {
        assert_eq!(frame.to_message(), message);
        assert_eq!(Frame::parse(message).unwrap(), frame);
    }

    #[test]
    fn both_kinds_are_pinned_and_read_back() {
        check(Frame { socket: 258, address: None, bytes: b"hi" }, b"\0\0\0\x01\x02hi");
        check(Frame { socket: 3, address: None, bytes: b"" }, b"\0\0\0\0\x03");
        let address = Some("127.0.0.1:7788");
        check(Frame { socket: 3, address, bytes: b"hi" }, b"\x01\0\0\0\x03\x0e127.0.0.1:7788hi");
    }

    #[test]
    fn a_datagram_without_an_address_goes_to_the_connected_peer() {
        let frame = Frame::parse(b"\x01\0\0\0\x03\0hi").unwrap();
        assert_eq!(frame, Frame { socket: 3, address: None, bytes: b"hi" });
    }

    #[test]
    fn what_is_wrong_is_said() {
        let hint = |message: &[u8]| Frame::parse(message).unwrap_err().data.hint.unwrap();
        assert_eq!(hint(b""), "binary frame: is empty");
        assert!(hint(b"\0\0\0").contains("socket's number"));
        assert!(hint(b"\x01\0\0\0\x03").contains("length of the address"));
        assert!(hint(b"\x01\0\0\0\x03\x05ab").contains("within the address"));
        assert!(hint(b"\x01\0\0\0\x03\x01\xff").contains("not UTF-8"));
        assert!(hint(b"\x07\0\0\0\x03").contains("is 7"));
        assert!(hint(b"\x07\0\0\0\x03").starts_with("binary frame for socket 3: "));
        let frame = Frame::parse(b"\x01\0\0\0\x03\x03abc").unwrap();
        let hint = frame.to().unwrap_err().data.hint.unwrap();
        assert!(hint.starts_with("to: ") && hint.ends_with("(binary frame for socket 3)"), "{hint}");
    }
}
