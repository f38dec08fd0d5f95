//! Datagrams at a steady rate, from a thread of its own.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Between two looks at the clock: at 10 000 a second each look sends some ten.
const PAUSE: Duration = Duration::from_millis(1);

/// A sender until it is stopped.
pub(crate) struct Load {
    is_over: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Load {
    /// Sends `rate` datagrams a second to an address. Each has its number and some words, no two are the same.
    pub(crate) fn start(to: SocketAddr, rate: u32) -> Load {
        let (is_over, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let thread = std::thread::spawn({
            let (is_over, sent) = (is_over.clone(), sent.clone());
            move || {
                let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
                let begun = Instant::now();
                let mut number = 0;
                while !is_over.load(Ordering::Relaxed) {
                    // By the clock, so that a late wake-up is made up for.
                    let due = (begun.elapsed().as_secs_f64() * f64::from(rate)) as u64;
                    while number < due {
                        number += 1;
                        let text = format!("{number:08} how a socket sounds: 漢字");
                        socket.send_to(text.as_bytes(), to).expect("a datagram leaves");
                    }
                    sent.store(number, Ordering::Relaxed);
                    std::thread::sleep(PAUSE);
                }
            }
        });
        Load { is_over, sent, thread }
    }

    /// Stops, and says how many left.
    pub(crate) fn stop(self) -> u64 {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().expect("the sender ends");
        self.sent.load(Ordering::Relaxed)
    }
}
