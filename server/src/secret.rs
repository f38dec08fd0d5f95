//! Random tokens and ids.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

/// A token that the server keeps. It shows in no log.
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn random() -> Token {
        Token(token())
    }

    /// Whether that is it.
    pub(crate) fn is(&self, shown: &str) -> bool {
        is_same(shown, &self.0)
    }

    /// For whoever has a right to it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// The comparison takes the same time wherever the two differ.
pub(crate) fn is_same(shown: &str, token: &str) -> bool {
    shown.as_bytes().ct_eq(token.as_bytes()).into()
}

/// 256 bits in the URL-safe alphabet, which is also one that a subprotocol's name may hold (RFC 7230 section 3.2.6).
pub(crate) fn token() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// `BYTES` random bytes in hexadecimal, at most 32 of them.
pub(crate) fn hex(bytes: usize) -> String {
    random::<32>()[..bytes.min(32)].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A random number that is no secret.
pub(crate) fn number() -> u32 {
    u32::from_ne_bytes(random())
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "without the kernel's random numbers no token would be a secret")]
    getrandom::fill(&mut bytes).expect("getrandom(2) works since Linux 3.17");
    bytes
}
