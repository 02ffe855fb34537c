//! The encrypting state machine: header, prefix, chunks.

use alloc::boxed::Box;
use alloc::vec::Vec;

use rand_core::TryCryptoRng;

use super::EncryptOptions;
use super::metadata::seal_metadata;
#[cfg(feature = "std")]
use super::pending::LateHeader;
use super::pending::Pending;
use crate::crypto::kdf::Prk;
use crate::crypto::secret_key::{Dek, fill_random};
use crate::error::{Error, Result};
use crate::format::body_keys::{AssociatedData, BodyKeys};
use crate::format::chunked::{Cipher, Prefix, SALT_LEN, SealStream};
use crate::format::context::EncryptionContext;
use crate::format::header::HeaderParts;
use crate::format::progress::{Progress, Status};
use crate::keys::WrappedKey;

/// Encrypts one message of any length.
///
/// It does no I/O and never blocks. The host wraps the DEK, synchronously or not, adds the wrapped
/// keys, and then processes the bytes:
///
/// ```
/// use sealwax::{Dek, EncryptOptions, Encryptor, Kek, KeyProvider, LocalKek, Status, SysRng};
/// # let kek = LocalKek::new(Kek::generate(&mut SysRng)?, "example")?;
/// let options = EncryptOptions::new();
/// let dek = Dek::generate(&mut SysRng)?;
/// let mut encryptor = Encryptor::new(&dek, &options, &mut SysRng)?;
/// encryptor.add_wrapped_key(kek.wrap(&dek, &mut encryptor.context().into()).unwrap())?;
/// let (mut envelope, mut buffer) = (Vec::new(), [0; 1024]);
/// let mut plaintext: &[u8] = b"tide table";
/// loop {
///     let progress = encryptor.process(plaintext, &mut buffer)?;
///     plaintext = &plaintext[progress.read..];
///     envelope.extend_from_slice(&buffer[..progress.written]);
///     match progress.status {
///         Status::NeedInput => encryptor.end_input(), // a host with more input passes it
///         Status::Done => break,
///         _ => {}
///     }
/// }
/// encryptor.finish()?;
/// # Ok::<(), sealwax::Error>(())
/// ```
pub struct Encryptor {
    /// The parts of the header, until it is encoded.
    pending: Option<Box<Pending>>,
    context: EncryptionContext,
    /// Header and prefix, which are output before the first chunk.
    front: Vec<u8>,
    front_sent: usize,
    prefix: Prefix,
    chunks: Box<SealStream>,
    failed: Option<Error>,
}

impl Encryptor {
    /// Starts a message under a fresh `dek`.
    ///
    /// # Errors
    /// [`Error::LimitExceeded`] for too much metadata, [`Error::Randomness`].
    pub fn new<R: TryCryptoRng + ?Sized>(
        dek: &Dek,
        options: &EncryptOptions<'_>,
        rng: &mut R,
    ) -> Result<Self> {
        let prk = Prk::new(dek.expose())?;
        let sealed_metadata = seal_metadata(&prk, options.metadata, rng)?;
        let mut salt = [0; SALT_LEN];
        fill_random(rng, &mut salt)?;
        let parts = HeaderParts {
            context: options.context.view(),
            sealed_metadata: &sealed_metadata,
            wrapped_keys: &[],
        };
        let keys = BodyKeys::new(prk, parts.binding_digest()?);
        let schedule = keys.schedule(&salt, &AssociatedData::new(options.associated_data))?;
        let prefix = Prefix { salt, commitment: *schedule.commitment() };
        let context = options.context.clone();
        let mut encryptor = Self::with_header(Vec::new(), context, &prefix, Cipher::new(&schedule));
        encryptor.front.clear();
        encryptor.pending = Some(Box::new(Pending {
            prk: keys.prk().clone(),
            sealed_metadata,
            padding: options.padding,
            wrapped_keys: Vec::new(),
        }));
        Ok(encryptor)
    }

    /// Starts a message whose header is already encoded.
    pub(super) fn with_header(
        header: Vec<u8>,
        context: EncryptionContext,
        prefix: &Prefix,
        cipher: Cipher,
    ) -> Self {
        let mut front = header;
        front.extend_from_slice(&prefix.to_bytes());
        Encryptor {
            pending: None,
            context,
            front,
            front_sent: 0,
            prefix: *prefix,
            chunks: Box::new(SealStream::new(cipher)),
            failed: None,
        }
    }

    /// The encryption context to pass to the KMS when it wraps the DEK.
    pub fn context(&self) -> crate::format::context::ContextRef<'_> {
        self.context.view()
    }

    /// Adds a wrapped key. At least one is needed before the first call of [`Encryptor::process`]
    /// can write.
    ///
    /// # Errors
    /// [`Error::InvalidState`] after the header was encoded.
    pub fn add_wrapped_key(&mut self, key: WrappedKey) -> Result<()> {
        let pending =
            self.pending.as_mut().ok_or(Error::InvalidState("the header is finished already"))?;
        pending.wrapped_keys.push(key);
        Ok(())
    }

    /// Encodes the header and returns it, to be stored elsewhere. The output is then the body
    /// alone.
    ///
    /// # Errors
    /// [`Error::InvalidState`] without a wrapped key or after the header was encoded;
    /// [`Error::LimitExceeded`] if the header is too large.
    pub fn detach_header(&mut self) -> Result<Vec<u8>> {
        let header = self.pending.as_ref().map(|pending| pending.header(&self.context, None));
        let header = header.ok_or(Error::InvalidState("the header is finished already"))??;
        self.pending = None;
        self.front.extend_from_slice(&self.prefix.to_bytes());
        Ok(header)
    }

    /// Takes a header out of the output if its padding depends on the length of the message. `None`
    /// if the padding does not depend on it, or without a wrapped key.
    #[cfg(feature = "std")]
    pub(crate) fn detach_late(&mut self) -> Option<LateHeader> {
        let pending = self.pending.take_if(|pending| pending.waits_for_len())?;
        self.front.extend_from_slice(&self.prefix.to_bytes());
        Some(LateHeader::new(pending, self.context.clone()))
    }

    /// Consumes plaintext and writes the envelope as far as both buffers allow.
    ///
    /// The result does not depend on how input and output are split. [`Status::NeedKey`] asks for
    /// [`Encryptor::add_wrapped_key`].
    ///
    /// # Errors
    /// [`Error::InvalidState`] for input after [`Encryptor::end_input`],
    /// [`Error::LimitExceeded`] for more than 2^38 chunks or a header over 65,536 bytes. Errors
    /// are sticky, and all of `output` is zeroed.
    pub fn process(&mut self, input: &[u8], output: &mut [u8]) -> Result<Progress> {
        if let Some(error) = &self.failed {
            output.fill(0);
            return Err(error.repeat());
        }
        let result = self.advance(input, output);
        if let Err(error) = &result {
            self.failed = Some(error.repeat());
            output.fill(0);
        }
        result
    }

    fn advance(&mut self, input: &[u8], output: &mut [u8]) -> Result<Progress> {
        let early = match self.make_front(input)? {
            Some(waiting) if self.pending.is_some() => return Ok(waiting),
            Some(gathered) => gathered.read,
            None => 0,
        };
        let held = self.front.get(self.front_sent..).unwrap_or_default();
        let sent = held.len().min(output.len());
        for (slot, byte) in output.iter_mut().zip(held) {
            *slot = *byte;
        }
        self.front_sent += sent;
        if sent < held.len() {
            return Ok(Progress { read: early, written: sent, status: Status::NeedOutput });
        }
        let rest = input.get(early..).unwrap_or_default();
        let mut progress = self.chunks.process(rest, output.get_mut(sent..).unwrap_or_default())?;
        progress.read += early;
        progress.written += sent;
        Ok(progress)
    }

    /// Encodes the header as soon as possible, and returns the progress of that. If its padding
    /// depends on the length of the message, the first chunk is gathered first.
    fn make_front(&mut self, input: &[u8]) -> Result<Option<Progress>> {
        let Some(pending) = &self.pending else { return Ok(None) };
        if pending.lacks_key() {
            return Ok(Some(Progress { read: 0, written: 0, status: Status::NeedKey }));
        }
        let mut gathered = None;
        if pending.waits_for_len() {
            let progress = self.chunks.process(input, &mut [])?;
            gathered = Some(progress);
            if progress.status == Status::NeedInput {
                return Ok(gathered);
            }
        }
        let known_len = self.chunks.has_ended().then_some(0);
        self.front = pending.header(&self.context, known_len)?;
        self.front.extend_from_slice(&self.prefix.to_bytes());
        self.pending = None;
        Ok(gathered)
    }

    /// Marks the end of the plaintext.
    pub fn end_input(&mut self) {
        self.chunks.end_input();
    }

    /// Ends the message.
    ///
    /// # Errors
    /// [`Error::Truncated`] unless all output was taken.
    pub fn finish(self) -> Result<()> {
        match self.failed {
            Some(error) => Err(error),
            None => self.chunks.finish(),
        }
    }
}

impl core::fmt::Debug for Encryptor {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Encryptor")
            .field("context", &self.context)
            .field("chunks", &self.chunks)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}
