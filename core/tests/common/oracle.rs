//! A second, naive reader of the format: FORMAT.md's pseudo-code, literally, for the provider
//! `local`. Tests compare the core with it on random inputs. It shares no code with the core except
//! AES-GCM, HMAC and SHA-512.

use sealwax::ErrorCode;
use sealwax::ErrorCode::{
    Authentication, BadMagic, CommitmentMismatch, ContextMismatch, HeaderAuthentication, KeyUnwrap,
    LimitExceeded, Malformed, NoMatchingKey, Truncated, UnsupportedSuite, UnsupportedVersion,
};
use sha2::{Digest, Sha512};

use super::raw::{Message, SEALED_CHUNK, header_mac, local_wrap_context};

/// What the reader is configured with.
#[derive(Clone, Default)]
pub struct Reader {
    /// Key ids and KEKs, in the order of the providers.
    pub keks: Vec<(String, [u8; 32])>,
    pub required: Vec<(String, String)>,
    pub associated_data: Vec<u8>,
}

/// Code, chunk index for `authentication`, and the plaintext released before.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    pub code: ErrorCode,
    pub chunk: Option<u64>,
    pub released: Vec<u8>,
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Failure { code, chunk: None, released: Vec::new() }
    }
}

/// A key and its value.
pub type Pair<'a> = (&'a [u8], &'a [u8]);

/// The parsed header, as ranges of it.
pub struct Parsed<'a> {
    pub header_len: usize,
    pub binding: &'a [u8],
    pub context: &'a [u8],
    pub pairs: Vec<Pair<'a>>,
    /// Provider id, key id, wrapped DEK.
    pub keys: Vec<[&'a [u8]; 3]>,
}

/// [H-19]: a position in the header, and the *limit*.
struct Fields<'a> {
    header: &'a [u8],
    at: usize,
    limit: usize,
}

impl<'a> Fields<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], ErrorCode> {
        if self.at + len > self.limit {
            return Err(Malformed);
        }
        self.at += len;
        Ok(&self.header[self.at - len..self.at])
    }

    fn number(&mut self, len: usize) -> Result<usize, ErrorCode> {
        Ok(self.take(len)?.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    fn utf8(bytes: &[u8]) -> Result<(), ErrorCode> {
        std::str::from_utf8(bytes).map(drop).map_err(|_| Malformed)
    }

    fn pairs(&mut self) -> Result<Vec<Pair<'a>>, ErrorCode> {
        let count = self.number(2)?;
        if count > 64 {
            return Err(LimitExceeded);
        }
        let (mut running, mut pairs) = (2, Vec::new());
        for _ in 0..count {
            let mut pair = [[].as_slice(); 2];
            for slot in &mut pair {
                let len = self.number(2)?;
                running += 2 + len;
                if running > 8_192 {
                    return Err(LimitExceeded);
                }
                *slot = self.take(len)?;
                Self::utf8(slot)?;
            }
            let [key, value] = pair;
            if key.is_empty() || pairs.last().is_some_and(|(previous, _)| *previous >= key) {
                return Err(Malformed);
            }
            pairs.push((key, value));
        }
        Ok(pairs)
    }

    fn metadata(&mut self) -> Result<(), ErrorCode> {
        match self.number(4)? {
            16_473.. => Err(LimitExceeded),
            1..=71 => Err(Malformed),
            len => self.take(len).map(drop),
        }
    }

    fn wrapped_keys(&mut self) -> Result<Vec<[&'a [u8]; 3]>, ErrorCode> {
        let count = self.number(2)?;
        match count {
            0 => return Err(Malformed),
            33.. => return Err(LimitExceeded),
            _ => {}
        }
        let mut keys = Vec::new();
        for _ in 0..count {
            let mut fields = [[].as_slice(); 3];
            for (slot, max) in fields.iter_mut().zip([128, 2_048, 4_096]) {
                let len = self.number(2)?;
                if len > max {
                    return Err(LimitExceeded);
                }
                if len == 0 {
                    return Err(Malformed);
                }
                *slot = self.take(len)?;
            }
            Self::utf8(fields[0])?;
            Self::utf8(fields[1])?;
            keys.push(fields);
        }
        Ok(keys)
    }
}

/// [H-19], steps 1 to 8.
pub fn parse(input: &[u8]) -> Result<Parsed<'_>, ErrorCode> {
    if input.iter().zip(b"SEALWAX").any(|(found, expected)| found != expected) {
        return Err(BadMagic);
    }
    match input.get(7) {
        None => return Err(Truncated),
        Some(1) => {}
        Some(_) => return Err(UnsupportedVersion),
    }
    let Some(len) = input.get(8..12) else { return Err(Truncated) };
    let header_len = u32::from_be_bytes(len.try_into().expect("4 bytes")) as usize;
    match header_len {
        65_537.. => return Err(LimitExceeded),
        0..63 => return Err(Malformed),
        _ if input.len() < header_len => return Err(Truncated),
        _ => {}
    }
    let mut fields = Fields { header: input, at: 12, limit: header_len - 32 };
    if fields.number(2)? != 1 {
        return Err(UnsupportedSuite);
    }
    let pairs = fields.pairs()?;
    let context = &input[14..fields.at];
    fields.metadata()?;
    let binding = &input[12..fields.at];
    let keys = fields.wrapped_keys()?;
    if input[fields.at..fields.limit].iter().any(|byte| *byte != 0) {
        return Err(Malformed);
    }
    Ok(Parsed { header_len, binding, context, pairs, keys })
}

/// [E-02], steps 2 to 4.
fn find_dek(input: &[u8], parsed: &Parsed<'_>, reader: &Reader) -> Result<[u8; 32], ErrorCode> {
    let has = |(key, value): &(String, String)| {
        parsed.pairs.contains(&(key.as_bytes(), value.as_bytes()))
    };
    if !reader.required.iter().all(has) {
        return Err(ContextMismatch);
    }
    let (message, mac) = input[..parsed.header_len].split_at(parsed.header_len - 32);
    let mut outcome = NoMatchingKey;
    for (key_id, kek) in &reader.keks {
        let fits = |key: &&[&[u8]; 3]| key[0] == b"local" && key[1] == key_id.as_bytes();
        for [_, _, wrapped] in parsed.keys.iter().filter(fits) {
            let Some(dek) = unwrap(kek, key_id, parsed.context, wrapped) else {
                outcome = if outcome == HeaderAuthentication { outcome } else { KeyUnwrap };
                continue;
            };
            if header_mac(&dek, message) == mac {
                return Ok(dek);
            }
            outcome = HeaderAuthentication;
        }
    }
    Err(outcome)
}

/// [K-10].
fn unwrap(kek: &[u8; 32], key_id: &str, context: &[u8], wrapped: &[u8]) -> Option<[u8; 32]> {
    if wrapped.len() != 104 {
        return None;
    }
    let salt = wrapped[..24].try_into().expect("24 bytes");
    let message = Message::new(kek, &local_wrap_context(key_id, context), &salt);
    if message.commitment != wrapped[24..56] {
        return None;
    }
    message.open_chunk(0, &wrapped[56..])?.try_into().ok()
}

/// [B-10].
fn open_message(dek: &[u8; 32], context: &[u8], input: &[u8]) -> Result<Vec<u8>, Failure> {
    if input.len() < 56 {
        return Err(Truncated.into());
    }
    let message = Message::new(dek, context, &input[..24].try_into().expect("24 bytes"));
    if message.commitment != input[24..56] {
        return Err(CommitmentMismatch.into());
    }
    let (mut rest, mut index, mut released) = (&input[56..], 0, Vec::new());
    loop {
        let (chunk, next) = rest.split_at(rest.len().min(SEALED_CHUNK));
        if chunk.len() < 16 {
            return Err(Failure { code: Truncated, chunk: None, released });
        }
        match message.open_chunk(index, chunk) {
            Some(plaintext) => released.extend(plaintext),
            None => return Err(Failure { code: Authentication, chunk: Some(index), released }),
        }
        if chunk.len() < SEALED_CHUNK {
            return Ok(released);
        }
        (rest, index) = (next, index + 1);
    }
}

/// Opens an envelope as a stream would.
pub fn open(envelope: &[u8], reader: &Reader) -> Result<Vec<u8>, Failure> {
    let parsed = parse(envelope)?;
    let dek = find_dek(envelope, &parsed, reader)?;
    let bound = Sha512::digest([b"SEALWAX\x01", parsed.binding].concat());
    let associated = Sha512::digest(&reader.associated_data);
    let context = [b"sealwax/v1 body\0".as_slice(), &bound, &associated].concat();
    open_message(&dek, &context, &envelope[parsed.header_len..])
}
