//! Sealing and opening a message whose bytes arrive in pieces of any size, with one chunk of
//! memory.

use zeroize::Zeroize;

use super::{CHUNK_LEN, Cipher, SEALED_CHUNK_LEN, TAG_LEN};
use crate::crypto::aead::{Aead, DefaultAead};
use crate::error::{Error, Result};
use crate::format::progress::{Progress, Status};

/// One chunk of memory: gathers input, or holds output that did not fit the caller's buffer.
struct Buffer {
    bytes: [u8; SEALED_CHUNK_LEN],
    /// Input gathered so far.
    filled: usize,
    /// Output that the caller has not received yet: `bytes[drained..pending]`.
    drained: usize,
    pending: usize,
}

impl Buffer {
    // Without `alloc` there is no heap. With it, the state machines box the whole stream.
    #[allow(clippy::large_stack_arrays)]
    const fn new() -> Self {
        Buffer { bytes: [0; SEALED_CHUNK_LEN], filled: 0, drained: 0, pending: 0 }
    }

    /// Gathers input up to `target` bytes; returns the rest of the input.
    fn gather<'i>(&mut self, input: &'i [u8], target: usize) -> &'i [u8] {
        let take = input.len().min(target.saturating_sub(self.filled));
        let (head, rest) = input.split_at_checked(take).unwrap_or((input, &[]));
        if let Some(slot) = self.bytes.get_mut(self.filled..self.filled + take) {
            slot.copy_from_slice(head);
        }
        self.filled += take;
        rest
    }

    fn filled_mut(&mut self, extra: usize) -> &mut [u8] {
        self.bytes.get_mut(..self.filled + extra).unwrap_or_default()
    }

    /// Makes the gathered input, transformed in place, pending output of `len` bytes.
    fn emit(&mut self, len: usize) {
        self.filled = 0;
        self.drained = 0;
        self.pending = len;
    }

    /// Moves pending output to the front of `output`; returns the number of bytes.
    fn drain(&mut self, output: &mut [u8]) -> usize {
        let held = self.bytes.get(self.drained..self.pending).unwrap_or_default();
        let n = held.len().min(output.len());
        for (slot, byte) in output.iter_mut().zip(held) {
            *slot = *byte;
        }
        self.drained += n;
        n
    }

    const fn is_drained(&self) -> bool {
        self.drained >= self.pending
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

/// The direction of a stream: sealing or opening.
trait Direction {
    const INPUT_CHUNK: usize;
    const OUTPUT_CHUNK: usize;
    /// Transforms a run of full chunks from slice to slice.
    fn run<A: Aead>(cipher: &Cipher<A>, first: u64, input: &[u8], output: &mut [u8]) -> Result<()>;
    /// Transforms the gathered chunk in place and makes it pending output.
    fn chunk<A: Aead>(cipher: &Cipher<A>, index: u64, buffer: &mut Buffer) -> Result<()>;
    /// Whether the message may end with `filled` gathered bytes after `index` full chunks.
    fn check_last(filled: usize) -> Result<()>;
}

struct Seal;
struct Open;

impl Direction for Seal {
    const INPUT_CHUNK: usize = CHUNK_LEN;
    const OUTPUT_CHUNK: usize = SEALED_CHUNK_LEN;

    fn run<A: Aead>(cipher: &Cipher<A>, first: u64, input: &[u8], output: &mut [u8]) -> Result<()> {
        cipher.seal_run(first, input, output)
    }

    fn chunk<A: Aead>(cipher: &Cipher<A>, index: u64, buffer: &mut Buffer) -> Result<()> {
        cipher.seal_chunk_in_place(index, buffer.filled_mut(TAG_LEN))?;
        buffer.emit(buffer.filled + TAG_LEN);
        Ok(())
    }

    fn check_last(_filled: usize) -> Result<()> {
        Ok(())
    }
}

impl Direction for Open {
    const INPUT_CHUNK: usize = SEALED_CHUNK_LEN;
    const OUTPUT_CHUNK: usize = CHUNK_LEN;

    fn run<A: Aead>(cipher: &Cipher<A>, first: u64, input: &[u8], output: &mut [u8]) -> Result<()> {
        cipher.open_run(first, input, output)
    }

    fn chunk<A: Aead>(cipher: &Cipher<A>, index: u64, buffer: &mut Buffer) -> Result<()> {
        let len = cipher.open_chunk_in_place(index, buffer.filled_mut(0))?.len();
        buffer.emit(len);
        Ok(())
    }

    fn check_last(filled: usize) -> Result<()> {
        if filled < TAG_LEN { Err(Error::Truncated) } else { Ok(()) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// More input may follow.
    Flowing,
    /// The host said that no more input follows.
    Ending,
    /// The last chunk was transformed.
    Done,
}

struct Stream<A: Aead> {
    cipher: Cipher<A>,
    /// Index of the next chunk.
    next: u64,
    phase: Phase,
    failed: bool,
    buffer: Buffer,
}

impl<A: Aead> Stream<A> {
    const fn new(cipher: Cipher<A>) -> Self {
        Stream { cipher, next: 0, phase: Phase::Flowing, failed: false, buffer: Buffer::new() }
    }

    fn process<D: Direction>(&mut self, input: &[u8], output: &mut [u8]) -> Result<Progress> {
        if self.failed {
            output.fill(0);
            return Err(Error::InvalidState("the stream has failed before"));
        }
        let result = self.advance::<D>(input, output);
        if result.is_err() {
            self.failed = true;
            self.buffer.bytes.zeroize();
            output.fill(0);
        }
        result
    }

    fn advance<D: Direction>(&mut self, input: &[u8], output: &mut [u8]) -> Result<Progress> {
        if self.phase != Phase::Flowing && !input.is_empty() {
            return Err(Error::InvalidState("input after the end of the input"));
        }
        let (mut rest, mut written) = (input, 0);
        let status = loop {
            let free = output.get_mut(written..).unwrap_or_default();
            written += self.buffer.drain(free);
            if !self.buffer.is_drained() {
                break Status::NeedOutput;
            }
            if self.phase == Phase::Done {
                break Status::Done;
            }
            let free = output.get_mut(written..).unwrap_or_default();
            let chunks = (rest.len() / D::INPUT_CHUNK).min(free.len() / D::OUTPUT_CHUNK);
            if self.buffer.filled == 0 && chunks > 0 {
                rest = self.direct::<D>(chunks, rest, free)?;
                written += chunks * D::OUTPUT_CHUNK;
                continue;
            }
            rest = self.buffer.gather(rest, D::INPUT_CHUNK);
            if self.buffer.filled < D::INPUT_CHUNK {
                if self.phase == Phase::Flowing {
                    break Status::NeedInput;
                }
                D::check_last(self.buffer.filled)?;
                self.phase = Phase::Done;
            }
            D::chunk(&self.cipher, self.next, &mut self.buffer)?;
            self.next += 1;
        };
        Ok(Progress { read: input.len() - rest.len(), written, status })
    }

    /// The fast path: full chunks straight from input to output.
    fn direct<'i, D: Direction>(
        &mut self,
        chunks: usize,
        input: &'i [u8],
        output: &mut [u8],
    ) -> Result<&'i [u8]> {
        let parts = input
            .split_at_checked(chunks * D::INPUT_CHUNK)
            .zip(output.get_mut(..chunks * D::OUTPUT_CHUNK));
        let Some(((run, rest), slot)) = parts else {
            return Err(Error::InvalidArgument("buffer lengths do not fit"));
        };
        D::run(&self.cipher, self.next, run, slot)?;
        self.next += chunks as u64;
        Ok(rest)
    }

    fn end_input(&mut self) {
        if self.phase == Phase::Flowing {
            self.phase = Phase::Ending;
        }
    }

    fn finish(&self) -> Result<()> {
        if !self.failed && self.phase == Phase::Done && self.buffer.is_drained() {
            Ok(())
        } else {
            Err(Error::Truncated)
        }
    }
}

macro_rules! stream {
    ($(#[$doc:meta])* $name:ident, $direction:ty) => {
        $(#[$doc])*
        pub struct $name<A: Aead = DefaultAead>(Stream<A>);

        impl<A: Aead> $name<A> {
            /// A stream that starts at chunk 0, after the prefix.
            pub const fn new(cipher: Cipher<A>) -> Self {
                $name(Stream::new(cipher))
            }

            /// Reads from `input` and writes to `output` as far as both allow.
            ///
            /// The result does not depend on how input and output are split.
            ///
            /// # Errors
            /// [`Error::Authentication`], [`Error::Truncated`], [`Error::LimitExceeded`];
            /// [`Error::InvalidState`] for input after [`end_input`](Self::end_input) and for
            /// every call after a failed one. All of `output` is zeroed.
            pub fn process(&mut self, input: &[u8], output: &mut [u8]) -> Result<Progress> {
                self.0.process::<$direction>(input, output)
            }

            /// Marks the end of the input. Only this makes a short chunk the last one: more input
            /// could still complete it.
            pub fn end_input(&mut self) {
                self.0.end_input();
            }

            /// Whether the last chunk was processed; its output may still be pending.
            #[cfg(feature = "alloc")]
            #[allow(dead_code, reason = "one direction needs it")]
            pub(crate) fn has_ended(&self) -> bool {
                self.0.phase == Phase::Done
            }

            /// Ends the stream.
            ///
            /// # Errors
            /// [`Error::Truncated`] unless the last chunk was processed and handed out.
            pub fn finish(self) -> Result<()> {
                self.0.finish()
            }
        }

        impl<A: Aead> core::fmt::Debug for $name<A> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("next_chunk", &self.0.next)
                    .field("phase", &self.0.phase)
                    .finish_non_exhaustive()
            }
        }
    };
}

stream! {
    /// Seals: takes plaintext, returns sealed chunks.
    SealStream, Seal
}

stream! {
    /// Opens: takes sealed chunks, returns plaintext. No byte of a chunk is returned before it is
    /// authenticated.
    OpenStream, Open
}

#[cfg(test)]
#[allow(clippy::large_stack_arrays)] // these tests run without a heap, too
mod tests {
    use super::*;
    use crate::format::limits::MAX_CHUNKS;

    fn cipher() -> Cipher {
        Cipher::raw(&[1; 32], &[2; 12])
    }

    /// Feeds `input`, then its end; returns the status of the last call.
    fn run<D: Direction>(
        stream: &mut Stream<DefaultAead>,
        input: &[u8],
        room: usize,
    ) -> Result<Status> {
        let mut output = [0xee; 2 * SEALED_CHUNK_LEN];
        let mut rest = input;
        loop {
            let result = stream.process::<D>(rest, &mut output[..room]);
            if result.is_err() {
                assert!(output[..room].iter().all(|byte| *byte == 0));
            }
            let progress = result?;
            rest = &rest[progress.read..];
            match progress.status {
                Status::NeedInput => stream.end_input(),
                Status::Done => return Ok(Status::Done),
                _ => {}
            }
        }
    }

    /// [B-03]: no chunk can follow a full one at the last index, and none follows a short one.
    #[test]
    fn a_stream_stops_at_two_to_the_38_chunks() {
        for room in [100, SEALED_CHUNK_LEN, 2 * SEALED_CHUNK_LEN] {
            let mut stream = Stream::new(cipher());
            stream.next = MAX_CHUNKS - 1;
            let error = run::<Seal>(&mut stream, &[5; CHUNK_LEN], room).unwrap_err();
            assert!(matches!(error, Error::LimitExceeded(_)));
            let mut stream = Stream::new(cipher());
            stream.next = MAX_CHUNKS - 1;
            assert_eq!(run::<Seal>(&mut stream, &[5; CHUNK_LEN - 1], room).unwrap(), Status::Done);
            for len in [TAG_LEN, SEALED_CHUNK_LEN] {
                let mut stream = Stream::new(cipher());
                stream.next = MAX_CHUNKS;
                let error =
                    run::<Open>(&mut stream, &[5; SEALED_CHUNK_LEN][..len], room).unwrap_err();
                assert!(matches!(error, Error::LimitExceeded(_)));
            }
        }
    }
}
