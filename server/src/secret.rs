//! Random tokens and ids.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 256 bits in the URL-safe alphabet, which is also one that a subprotocol's name may hold (RFC 7230 section 3.2.6).
pub(crate) fn token() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// `BYTES` random bytes in hexadecimal, at most 32 of them.
pub(crate) fn hex(bytes: usize) -> String {
    random::<32>()[..bytes.min(32)].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "without the kernel's random numbers no token would be a secret")]
    getrandom::fill(&mut bytes).expect("getrandom(2) works since Linux 3.17");
    bytes
}
