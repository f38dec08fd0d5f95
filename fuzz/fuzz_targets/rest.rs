#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sockyard_fuzz::rest(bytes));
