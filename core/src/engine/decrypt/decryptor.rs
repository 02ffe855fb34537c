//! The decrypting state machine: header, key, prefix, chunks.

use alloc::boxed::Box;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::{DecryptHandle, DecryptOptions};
use crate::crypto::secret_key::Dek;
use crate::error::{Error, Result};
use crate::format::body_keys::AssociatedData;
use crate::format::chunked::{Cipher, OpenStream, PREFIX_LEN, Prefix};
use crate::format::context::EncryptionContext;
use crate::format::header::{FIXED_LEN, Header};
use crate::format::progress::{Progress, Status};
#[cfg(feature = "async")]
use crate::keys::{AsyncKeyProvider, unwrap_dek_async};
use crate::keys::{KeyProvider, unwrap_dek};

/// Decrypts one envelope of any length.
///
/// It does no I/O and never blocks. At [`Status::NeedKey`] the host reads the wrapped keys of
/// [`Decryptor::header`], unwraps one, synchronously or not, and calls [`Decryptor::provide_dek`].
/// Only authenticated chunks leave it as plaintext.
///
/// ```
/// use sealwax::{DecryptOptions, Decryptor, EncryptOptions, Kek, LocalKek, Status, SysRng};
/// # let kek = LocalKek::new(Kek::generate(&mut SysRng)?, "example")?;
/// # let envelope = sealwax::encrypt(b"tide table", &[&kek], &EncryptOptions::new())?;
/// let mut decryptor = Decryptor::new(&DecryptOptions::new());
/// let (mut input, mut plaintext, mut buffer) = (&envelope[..], Vec::new(), [0; 1024]);
/// loop {
///     let progress = decryptor.process(input, &mut buffer)?;
///     input = &input[progress.read..];
///     plaintext.extend_from_slice(&buffer[..progress.written]);
///     match progress.status {
///         Status::NeedKey => decryptor.unwrap_with(&[&kek])?,
///         Status::NeedInput => decryptor.end_input(), // a host with more input passes it
///         Status::Done => break,
///         _ => {}
///     }
/// }
/// decryptor.finish()?; // a truncated envelope fails here at the latest
/// assert_eq!(plaintext, b"tide table");
/// # Ok::<(), sealwax::Error>(())
/// ```
pub struct Decryptor {
    state: State,
    ended: bool,
    required_context: EncryptionContext,
    associated_data: AssociatedData,
    failed: Option<Error>,
}

enum State {
    /// Gathering the header.
    Header(Vec<u8>),
    /// The header is complete, the DEK is missing.
    Key(Vec<u8>),
    /// Gathering the body's prefix.
    Prefix(Box<DecryptHandle>, Vec<u8>),
    Chunks(Box<DecryptHandle>, Box<OpenStream>),
}

impl Decryptor {
    /// Starts decrypting an envelope.
    pub fn new(options: &DecryptOptions<'_>) -> Self {
        Decryptor {
            state: State::Header(Vec::new()),
            ended: false,
            required_context: options.required_context.clone(),
            associated_data: AssociatedData::new(options.associated_data),
            failed: None,
        }
    }

    /// Starts decrypting a body whose header is stored elsewhere.
    ///
    /// # Errors
    /// As [`Header::parse`]; [`Error::ContextMismatch`].
    pub fn with_header(header: &[u8], options: &DecryptOptions<'_>) -> Result<Self> {
        let mut decryptor = Self::new(options);
        decryptor.accept_header(Header::parse(header)?.as_bytes().to_vec())?;
        Ok(decryptor)
    }

    /// The header; `None` before it is complete. It is authentic only after a DEK was accepted.
    pub fn header(&self) -> Option<Header<'_>> {
        let bytes = match &self.state {
            State::Header(_) => return None,
            State::Key(bytes) => bytes,
            State::Prefix(handle, _) | State::Chunks(handle, _) => handle.header_bytes(),
        };
        Header::parse(bytes).ok()
    }

    /// Provides the DEK that the host unwrapped.
    ///
    /// # Errors
    /// [`Error::HeaderAuthentication`] if the header's MAC does not verify under it. That error is
    /// not sticky: the host may try another wrapped key. [`Error::InvalidState`] unless a key is
    /// needed.
    pub fn provide_dek(&mut self, dek: Dek) -> Result<()> {
        self.check_failed()?;
        let State::Key(bytes) = &self.state else {
            return Err(Error::InvalidState("no key is needed now"));
        };
        let handle = DecryptHandle::new(bytes, dek)?;
        self.state = State::Prefix(Box::new(handle), Vec::new());
        Ok(())
    }

    /// Unwraps the DEK with the providers, in their order, until a DEK fits the header.
    ///
    /// # Errors
    /// As [`DecryptHandle::open`], but not sticky; [`Error::InvalidState`] unless a key is needed.
    pub fn unwrap_with(&mut self, providers: &[&dyn KeyProvider]) -> Result<()> {
        self.check_failed()?;
        let State::Key(bytes) = &self.state else {
            return Err(Error::InvalidState("no key is needed now"));
        };
        let header = Header::parse(bytes)?;
        let handle =
            unwrap_dek(&header, providers, |dek| DecryptHandle::from_parsed(&header, dek))?;
        self.state = State::Prefix(Box::new(handle), Vec::new());
        Ok(())
    }

    /// As [`Decryptor::unwrap_with`], with async providers. Dropping the future before it is ready
    /// changes nothing.
    ///
    /// # Errors
    /// As [`Decryptor::unwrap_with`].
    #[cfg(feature = "async")]
    pub async fn unwrap_with_async(&mut self, providers: &[&dyn AsyncKeyProvider]) -> Result<()> {
        self.check_failed()?;
        let State::Key(bytes) = &self.state else {
            return Err(Error::InvalidState("no key is needed now"));
        };
        let header = Header::parse(bytes)?;
        let accept = |dek| DecryptHandle::from_parsed(&header, dek);
        let handle = unwrap_dek_async(&header, providers, accept).await?;
        self.state = State::Prefix(Box::new(handle), Vec::new());
        Ok(())
    }

    /// The decrypted metadata of the header; `None` if it has none. Wiped on drop.
    ///
    /// # Errors
    /// [`Error::InvalidState`] before a DEK was accepted; as [`DecryptHandle::metadata`].
    pub fn metadata(&self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        match &self.state {
            State::Prefix(handle, _) | State::Chunks(handle, _) => handle.metadata(),
            _ => Err(Error::InvalidState("the key is needed first")),
        }
    }

    /// Consumes the envelope and writes plaintext as far as both buffers allow.
    ///
    /// The result does not depend on how input and output are split.
    ///
    /// # Errors
    /// Any error of the classes format and body, [`Error::ContextMismatch`],
    /// [`Error::CommitmentMismatch`]; [`Error::InvalidState`] for input after
    /// [`Decryptor::end_input`]. Errors are sticky, and all of `output` is zeroed.
    pub fn process(&mut self, input: &[u8], output: &mut [u8]) -> Result<Progress> {
        let result = self.check_failed().and_then(|()| self.advance(input, output));
        if let Err(error) = &result {
            self.failed = Some(error.repeat());
            output.fill(0);
        }
        result
    }

    fn check_failed(&self) -> Result<()> {
        self.failed.as_ref().map_or(Ok(()), |error| Err(error.repeat()))
    }

    fn advance(&mut self, input: &[u8], output: &mut [u8]) -> Result<Progress> {
        if self.ended && !input.is_empty() {
            return Err(Error::InvalidState("input after the end of the input"));
        }
        let mut rest = input;
        loop {
            match &mut self.state {
                State::Header(bytes) => {
                    if !gather_header(bytes, &mut rest)? {
                        return self.starved(input.len());
                    }
                    let bytes = core::mem::take(bytes);
                    self.accept_header(bytes)?;
                }
                State::Key(_) => {
                    let read = input.len() - rest.len();
                    return Ok(Progress { read, written: 0, status: Status::NeedKey });
                }
                State::Prefix(handle, bytes) => {
                    if !gather(bytes, PREFIX_LEN, &mut rest) {
                        return self.starved(input.len());
                    }
                    let (prefix, _) = Prefix::split(bytes)?;
                    let schedule = handle.schedule(&prefix, &self.associated_data)?;
                    let mut chunks = Box::new(OpenStream::new(Cipher::new(&schedule)));
                    if self.ended {
                        chunks.end_input();
                    }
                    self.enter_chunks(chunks)?;
                }
                State::Chunks(_, chunks) => {
                    let mut progress = chunks.process(rest, output)?;
                    progress.read += input.len() - rest.len();
                    return Ok(progress);
                }
            }
        }
    }

    /// All input was consumed, and more is needed.
    fn starved(&self, read: usize) -> Result<Progress> {
        if self.ended {
            Err(Error::Truncated)
        } else {
            Ok(Progress { read, written: 0, status: Status::NeedInput })
        }
    }

    /// Checks what must hold before any KMS is called.
    fn accept_header(&mut self, bytes: Vec<u8>) -> Result<()> {
        let header = Header::parse(&bytes)?;
        header.context().require(self.required_context.view())?;
        self.state = State::Key(bytes);
        Ok(())
    }

    fn enter_chunks(&mut self, chunks: Box<OpenStream>) -> Result<()> {
        let state = core::mem::replace(&mut self.state, State::Header(Vec::new()));
        let State::Prefix(handle, _) = state else {
            return Err(Error::InvalidState("the key is needed first"));
        };
        self.state = State::Chunks(handle, chunks);
        Ok(())
    }

    /// Marks the end of the input. Only this makes a short chunk the last one.
    pub fn end_input(&mut self) {
        self.ended = true;
        if let State::Chunks(_, chunks) = &mut self.state {
            chunks.end_input();
        }
    }

    /// Ends the envelope.
    ///
    /// # Errors
    /// [`Error::Truncated`] unless the last chunk was opened and handed out.
    pub fn finish(self) -> Result<()> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        match self.state {
            State::Chunks(_, chunks) => chunks.finish(),
            _ => Err(Error::Truncated),
        }
    }
}

/// Moves input until `bytes` has `target` bytes; returns whether it has.
fn gather(bytes: &mut Vec<u8>, target: usize, input: &mut &[u8]) -> bool {
    let take = target.saturating_sub(bytes.len()).min(input.len());
    let (head, rest) = input.split_at_checked(take).unwrap_or((input, &[]));
    bytes.extend_from_slice(head);
    *input = rest;
    bytes.len() >= target
}

/// Moves input until the header is complete. A wrong start fails at once.
fn gather_header(bytes: &mut Vec<u8>, input: &mut &[u8]) -> Result<bool> {
    if !gather(bytes, FIXED_LEN, input) {
        Header::announced_len(bytes)?;
        return Ok(false);
    }
    let len = Header::announced_len(bytes)?.unwrap_or(FIXED_LEN);
    Ok(gather(bytes, len, input))
}

impl core::fmt::Debug for Decryptor {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let state = match &self.state {
            State::Header(_) => "header",
            State::Key(_) => "key",
            State::Prefix(..) => "prefix",
            State::Chunks(..) => "chunks",
        };
        f.debug_struct("Decryptor")
            .field("state", &state)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}
