//! Streams that are pending every other time and transfer few bytes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::io::{AsyncRead, AsyncWrite};

/// Says no, then yes.
#[derive(Default)]
struct Mood {
    said_no: bool,
}

impl Mood {
    fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        self.said_no = !self.said_no;
        if self.said_no {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    }
}

/// Gives so many bytes at a time.
pub struct SlowReader<'a> {
    rest: &'a [u8],
    most: usize,
    mood: Mood,
}

impl<'a> SlowReader<'a> {
    pub fn new(bytes: &'a [u8], most: usize) -> Self {
        SlowReader { rest: bytes, most, mood: Mood::default() }
    }
}

impl AsyncRead for SlowReader<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        std::task::ready!(self.mood.poll(cx));
        let len = out.len().min(self.most).min(self.rest.len());
        let (head, rest) = self.rest.split_at(len);
        out[..len].copy_from_slice(head);
        self.rest = rest;
        Poll::Ready(Ok(len))
    }
}

/// Takes so many bytes at a time, and fails at a length.
pub struct SlowWriter {
    pub bytes: Vec<u8>,
    pub is_closed: bool,
    most: usize,
    room: usize,
    mood: Mood,
}

impl SlowWriter {
    pub fn new(most: usize) -> Self {
        Self::with_room(most, usize::MAX)
    }

    pub fn with_room(most: usize, room: usize) -> Self {
        SlowWriter { bytes: Vec::new(), is_closed: false, most, room, mood: Mood::default() }
    }
}

impl AsyncWrite for SlowWriter {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        std::task::ready!(self.mood.poll(cx));
        if self.bytes.len() >= self.room {
            return Poll::Ready(Err(io::ErrorKind::StorageFull.into()));
        }
        let len = bytes.len().min(self.most);
        self.bytes.extend_from_slice(&bytes[..len]);
        Poll::Ready(Ok(len))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.mood.poll(cx).map(Ok)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(self.mood.poll(cx));
        self.is_closed = true;
        Poll::Ready(Ok(()))
    }
}
