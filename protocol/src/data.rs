//! Bytes on their way to a client (section 3, "Data").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// Received or sent bytes: text where all of them are valid UTF-8, base64 otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Data {
    /// The bytes, which are this text in UTF-8.
    Text(String),
    /// The bytes in the standard base64 alphabet with padding (RFC 4648 section 4).
    Base64(String),
}

impl Data {
    /// The form that section 3 prescribes for these bytes.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Data::Text(text.to_owned()),
            Err(_) => Data::base64(bytes),
        }
    }

    /// Always base64, as after `session.configure {"data":"base64"}`.
    pub fn base64(bytes: &[u8]) -> Self {
        Data::Base64(encode(bytes))
    }

    /// The exact bytes, or nothing where a peer sent something that is not base64.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        match self {
            Data::Text(text) => Some(text.clone().into_bytes()),
            Data::Base64(text) => STANDARD.decode(text).ok(),
        }
    }
}

/// Base64 in the standard alphabet with padding (RFC 4648 section 4).
#[cfg(feature = "simd")]
pub fn encode(bytes: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(bytes)
}

/// Base64 in the standard alphabet with padding (RFC 4648 section 4).
#[cfg(not(feature = "simd"))]
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_utf8_is_text_and_anything_else_base64() {
        let check = |bytes: &[u8], json: &str| {
            let data = Data::from_bytes(bytes);
            assert_eq!(serde_json::to_string(&data).unwrap(), json);
            assert_eq!(data.to_bytes().unwrap(), bytes);
        };
        check(b"hello", r#"{"text":"hello"}"#);
        check(b"", r#"{"text":""}"#);
        check("漢字".as_bytes(), r#"{"text":"漢字"}"#);
        // 漢字 in gbk.
        check(b"\x9dh\xd7\xd6", r#"{"base64":"nWjX1g=="}"#);
    }
}
