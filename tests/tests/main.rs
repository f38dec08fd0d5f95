//! Black-box tests: the real server, asked over its real interfaces, with real sockets on the other side.
//!
//! Each module covers a part of `docs/protocol.md`. Every test has a server of its own, on a free port of 127.0.0.1.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod access;
mod automation;
mod blocking;
mod bulk;
mod cli;
mod clients;
mod contrast;
mod datagrams;
mod describe;
mod differential;
mod edges;
mod egress;
mod encodings;
mod events;
mod export;
mod faults;
mod follow;
mod frames;
mod hosting;
mod info;
mod joined;
mod kernel;
mod lab;
mod lifecycle;
mod log;
mod matrix;
mod multicast;
mod names;
mod older;
mod opening;
mod operator;
mod options;
mod page;
mod policy;
mod poll;
mod pressure;
mod pwa;
mod quotas;
mod responders;
mod rest;
mod robustness;
mod rpc;
mod schemathesis;
mod series;
mod session;
mod shares;
mod sharing;
mod streaming;
mod streams;
mod tokens;
mod tutorial;
mod unix;
