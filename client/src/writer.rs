//! The writing part: the one task that writes.

use futures_util::SinkExt as _;
use futures_util::stream::SplitSink;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::client::GOODBYE_DEADLINE;
use crate::wire::Socket;

pub(crate) struct Writer {
    pub(crate) sink: SplitSink<Socket, Message>,
    pub(crate) messages: mpsc::Receiver<Message>,
    /// No handle is left.
    pub(crate) dropped: CancellationToken,
    /// Tells the reader that nothing is written any more.
    pub(crate) _gone: DropGuard,
}

impl Writer {
    /// Writes until no handle is left and all of it is out, or the connection is lost.
    pub(crate) async fn run(mut self) {
        let dropped = self.dropped.clone();
        tokio::select! {
            // A failure shows in the reader, too, which tells it.
            written = self.write() => written.unwrap_or_default(),
            () = async {
                dropped.cancelled().await;
                sleep(GOODBYE_DEADLINE).await;
            } => {}
        }
    }

    async fn write(&mut self) -> Result<(), tungstenite::Error> {
        while let Some(message) = self.messages.recv().await {
            self.sink.feed(message).await?;
            // What came meanwhile goes out in the same write.
            while let Ok(message) = self.messages.try_recv() {
                self.sink.feed(message).await?;
            }
            self.sink.flush().await?;
        }
        self.sink.close().await
    }
}
