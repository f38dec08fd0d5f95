//! A call under way.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use serde::de::DeserializeOwned;
use sockyard_protocol::call::{CallCancel, Method as _};
use sockyard_protocol::rpc::{self, Id};
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_tungstenite::tungstenite::Message;

use crate::{Closed, Error, Outcome, Waiting};

/// A call under way: a future of its answer. Dropped before that, it cancels the call.
pub struct Pending<A> {
    pub(crate) id: i64,
    pub(crate) method: String,
    pub(crate) answer: oneshot::Receiver<Outcome>,
    pub(crate) answered: bool,
    pub(crate) waiting: Arc<Waiting>,
    pub(crate) outbox: mpsc::WeakSender<Message>,
    pub(crate) ended: watch::Receiver<Option<Closed>>,
    pub(crate) kind: PhantomData<fn() -> A>,
}

impl<A> fmt::Debug for Pending<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("method", &self.method).field("id", &self.id).finish_non_exhaustive()
    }
}

impl<A: DeserializeOwned> Future for Pending<A> {
    type Output = Result<A, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(Pin::new(&mut self.answer).poll(cx));
        self.answered = true;
        Poll::Ready(match outcome {
            Ok(Ok(result)) => serde_json::from_str(result.get())
                .map_err(|error| Error::Protocol(format!("the answer to {}: {error}", self.method))),
            Ok(Err(fault)) => Err(Error::Call(fault)),
            Err(_) => Err(Error::Closed(self.ended.borrow().clone().unwrap_or_default())),
        })
    }
}

impl<A> Drop for Pending<A> {
    fn drop(&mut self) {
        if self.answered || !self.waiting.forget(self.id) {
            return;
        }
        let cancel = CallCancel { id: Id::Number(self.id) };
        let Ok(text) = rpc::request(None, CallCancel::NAME, &cancel) else { return };
        let Some(outbox) = self.outbox.upgrade() else { return };
        if let Err(TrySendError::Full(message)) = outbox.try_send(Message::text(text))
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(async move {
                outbox.send(message).await.ok(/* the call ended with its connection */)
            });
        }
    }
}
