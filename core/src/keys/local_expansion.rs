//! The local wrapping under a KEK that never leaves its key store.

use alloc::vec::Vec;

use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use super::WrappedKey;
use super::local_kek::{LABEL, WRAPPED_LEN};
use crate::crypto::aead::DefaultAead;
use crate::crypto::kdf::Prk;
use crate::crypto::secret_key::{Dek, KEY_LEN, Kek, fill_random};
use crate::error::{Error, Result};
use crate::format::chunked::{
    Cipher, EXPANDED_LEN, KeySchedule, PREFIX_LEN, Prefix, SALT_LEN, message,
};
use crate::format::codec::len_u16;
use crate::format::context::ContextRef;
use crate::format::header::{LOCAL_PROVIDER_ID, WrappedKeyRef};

/// Length of an HMAC-SHA512 tag, in bytes.
const BLOCK_LEN: usize = 64;

/// One local wrapping or unwrapping, with the same result as [`LocalKek`](super::LocalKek), under a
/// KEK that stays in its store: a non-extractable `WebCrypto` key, or a key of an HSM. The store
/// computes HMAC-SHA512 under the KEK, twice:
///
/// ```text
/// T(n) = HMAC-SHA512(KEK, T(n-1) || info || n)        n = 1, 2; T(0) empty
/// ```
/// Source: RFC 5869 section 2.3; FORMAT.md, "Local wrap".
///
/// ```
/// use sealwax::{ContextRef, Dek, LocalExpansion, SysRng};
/// # use sealwax::{Kek, KeyProvider, LocalKek};
/// # use hmac::{Hmac, KeyInit, Mac};
/// # let hmac_in_the_store = |message: &[u8]| -> [u8; 64] {
/// #     Hmac::<sha2::Sha512>::new_from_slice(&[7; 32]).unwrap().chain_update(message).finalize().into_bytes().into()
/// # };
/// let dek = Dek::generate(&mut SysRng)?;
/// let mut wrapping = LocalExpansion::for_wrap("shared", ContextRef::EMPTY, &mut SysRng)?;
/// while let Some(message) = wrapping.message() {
///     wrapping.provide(&hmac_in_the_store(&message));
/// }
/// let wrapped = wrapping.wrap(&dek)?;
/// # let same = LocalKek::new(Kek::from_slice(&[7; 32])?, "shared")?;
/// # assert_eq!(same.unwrap(wrapped.view(), &mut ContextRef::EMPTY.into()).unwrap().expose(), dek.expose());
/// # Ok::<(), sealwax::Error>(())
/// ```
pub struct LocalExpansion {
    key_id: alloc::string::String,
    salt: [u8; SALT_LEN],
    info: Vec<u8>,
    blocks: Zeroizing<Vec<u8>>,
}

impl LocalExpansion {
    /// Starts a wrapping under the KEK of this name.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] or [`Error::LimitExceeded`] for the name,
    /// [`Error::Randomness`].
    pub fn for_wrap<R: TryCryptoRng + ?Sized>(
        key_id: &str,
        context: ContextRef<'_>,
        rng: &mut R,
    ) -> Result<Self> {
        let mut salt = [0; SALT_LEN];
        fill_random(rng, &mut salt)?;
        Self::new(key_id, context, salt)
    }

    /// Starts an unwrapping under the KEK that the wrapped key names.
    ///
    /// # Errors
    /// [`Error::KeyUnwrap`] if the wrapped DEK has the wrong length.
    pub fn for_unwrap(wrapped: WrappedKeyRef<'_>, context: ContextRef<'_>) -> Result<Self> {
        if wrapped.wrapped_dek.len() != WRAPPED_LEN {
            return Err(rejected());
        }
        let (prefix, _) = Prefix::split(wrapped.wrapped_dek)?;
        Self::new(wrapped.key_id, context, prefix.salt)
    }

    fn new(key_id: &str, context: ContextRef<'_>, salt: [u8; SALT_LEN]) -> Result<Self> {
        WrappedKeyRef { provider_id: LOCAL_PROVIDER_ID, key_id, wrapped_dek: &[0] }.check()?;
        let len = len_u16(key_id.as_bytes())?.to_be_bytes();
        let info = KeySchedule::info(&salt, &[LABEL, &len, key_id.as_bytes(), context.as_bytes()]);
        // Reserves room for both blocks: a vector that grows leaves a copy behind.
        let blocks = Zeroizing::new(Vec::with_capacity(2 * BLOCK_LEN));
        Ok(LocalExpansion { key_id: key_id.into(), salt, info, blocks })
    }

    /// The next message of which the key store computes the HMAC-SHA512; `None` when both are done.
    pub fn message(&self) -> Option<Zeroizing<Vec<u8>>> {
        let done = self.blocks.len() / BLOCK_LEN;
        if self.blocks.len() >= EXPANDED_LEN {
            return None;
        }
        let previous = self.blocks.last_chunk::<BLOCK_LEN>().map_or(&[][..], |block| block);
        let mut message = Zeroizing::new(Vec::with_capacity(BLOCK_LEN + self.info.len() + 1));
        message.extend_from_slice(previous);
        message.extend_from_slice(&self.info);
        message.push(u8::try_from(done + 1).ok()?);
        Some(message)
    }

    /// Takes the HMAC of [`LocalExpansion::message`]. Ignored if there was no message.
    pub fn provide(&mut self, block: &[u8; BLOCK_LEN]) {
        if self.blocks.len() < EXPANDED_LEN {
            self.blocks.extend_from_slice(block);
        }
    }

    /// Computes both HMACs with a KEK in memory.
    ///
    /// # Errors
    /// None in practice: the length of a KEK is always accepted.
    pub fn expand(&mut self, kek: &Kek) -> Result<()> {
        self.blocks.resize(EXPANDED_LEN, 0); // within the capacity
        Prk::new(kek.expose())?.expand(&[&self.info], &mut self.blocks)
    }

    /// Prefix and keys of a wrapping, for an engine outside this crate. The wrapped DEK is the
    /// prefix, then the DEK as sealed chunk 0.
    ///
    /// # Errors
    /// [`Error::InvalidState`] while an HMAC is missing.
    pub fn seal_schedule(&self) -> Result<(Prefix, KeySchedule)> {
        let schedule = self.schedule()?;
        Ok((Prefix { salt: self.salt, commitment: *schedule.commitment() }, schedule))
    }

    /// Prefix and keys of an unwrapping: sealed chunk 0 follows the prefix.
    ///
    /// # Errors
    /// [`Error::InvalidState`] while an HMAC is missing; [`Error::KeyUnwrap`] for another KEK or
    /// another context.
    pub fn open_schedule(&self, wrapped_dek: &[u8]) -> Result<(Prefix, KeySchedule)> {
        let schedule = self.schedule()?;
        let (prefix, _) = Prefix::split(wrapped_dek).map_err(|_| rejected())?;
        schedule.check(&prefix.commitment).map_err(|_| rejected())?;
        Ok((prefix, schedule))
    }

    /// Wraps the DEK.
    ///
    /// # Errors
    /// [`Error::InvalidState`] while an HMAC is missing.
    pub fn wrap(&self, dek: &Dek) -> Result<WrappedKey> {
        let mut wrapped = [0; WRAPPED_LEN];
        message::seal_scheduled::<DefaultAead>(
            &self.schedule()?,
            &self.salt,
            dek.expose(),
            &mut wrapped,
        )?;
        WrappedKey::new(LOCAL_PROVIDER_ID, self.key_id.as_str(), wrapped)
    }

    /// Unwraps the DEK.
    ///
    /// # Errors
    /// [`Error::InvalidState`] while an HMAC is missing; [`Error::KeyUnwrap`] if the wrapped
    /// DEK does not open under this KEK and context.
    pub fn unwrap(&self, wrapped_dek: &[u8]) -> Result<Dek> {
        let (_, schedule) = self.open_schedule(wrapped_dek)?;
        let mut dek = Zeroizing::new([0; KEY_LEN]);
        let chunks = wrapped_dek.get(PREFIX_LEN..).unwrap_or_default();
        message::open_chunks(&Cipher::<DefaultAead>::new(&schedule), chunks, dek.as_mut_slice())
            .and_then(|len| Dek::from_slice(dek.get(..len).unwrap_or_default()))
            .map_err(|_| rejected())
    }

    fn schedule(&self) -> Result<KeySchedule> {
        let expanded = self.blocks.first_chunk::<EXPANDED_LEN>();
        let expanded = expanded.ok_or(Error::InvalidState("the key store was not asked yet"))?;
        Ok(KeySchedule::from_expanded(expanded))
    }
}

fn rejected() -> Error {
    Error::KeyUnwrap(crate::error::Attempts::default())
}

impl core::fmt::Debug for LocalExpansion {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("LocalExpansion").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{KeyProvider, LocalKek};

    fn expand(mut expansion: LocalExpansion, kek: &[u8; 32]) -> LocalExpansion {
        use hmac::{Hmac, KeyInit, Mac};
        while let Some(message) = expansion.message() {
            let mac = Hmac::<sha2::Sha512>::new_from_slice(kek).unwrap().chain_update(message);
            expansion.provide(&mac.finalize().into_bytes().into());
        }
        expansion
    }

    fn kek() -> LocalKek {
        LocalKek::new(Kek::from_slice(&[7; 32]).unwrap(), "shared").unwrap()
    }

    #[test]
    fn both_ways_of_local_wrapping_open_each_other() {
        let dek = Dek::from_slice(&[3; 32]).unwrap();
        let context = ContextRef::EMPTY;
        let wrapped = kek().wrap(&dek, &mut context.into()).unwrap();
        let expansion = LocalExpansion::for_unwrap(wrapped.view(), context).unwrap();
        let opened = expand(expansion, &[7; 32]).unwrap(wrapped.view().wrapped_dek).unwrap();
        assert_eq!(opened.expose(), dek.expose());
        let expansion =
            LocalExpansion::for_wrap("shared", context, &mut crate::crypto::rng::SysRng).unwrap();
        let wrapped = expand(expansion, &[7; 32]).wrap(&dek).unwrap();
        assert_eq!(
            kek().unwrap(wrapped.view(), &mut context.into()).unwrap().expose(),
            dek.expose()
        );
    }

    #[test]
    fn an_engine_outside_and_a_kek_at_hand_make_and_open_the_same() {
        let (dek, context) = (Dek::from_slice(&[3; 32]).unwrap(), ContextRef::EMPTY);
        let mut expansion =
            LocalExpansion::for_wrap("shared", context, &mut crate::crypto::rng::SysRng).unwrap();
        assert!(matches!(expansion.seal_schedule(), Err(Error::InvalidState(_))));
        expansion.expand(kek().kek()).unwrap();
        assert!(expansion.message().is_none());
        let (prefix, schedule) = expansion.seal_schedule().unwrap();
        let mut wrapped = [0; WRAPPED_LEN];
        wrapped[..PREFIX_LEN].copy_from_slice(&prefix.to_bytes());
        let cipher = Cipher::<DefaultAead>::new(&schedule);
        cipher.seal_chunk(0, dek.expose(), &mut wrapped[PREFIX_LEN..]).unwrap();
        let key = WrappedKeyRef { provider_id: "local", key_id: "shared", wrapped_dek: &wrapped };
        assert_eq!(kek().unwrap(key, &mut context.into()).unwrap().expose(), dek.expose());

        let expansion =
            expand(LocalExpansion::for_unwrap(key, context).unwrap(), kek().kek().expose());
        let (found, schedule) = expansion.open_schedule(&wrapped).unwrap();
        assert_eq!(found.to_bytes(), prefix.to_bytes());
        let mut opened = [0; KEY_LEN];
        let cipher = Cipher::<DefaultAead>::new(&schedule);
        cipher.open_chunk(0, &wrapped[PREFIX_LEN..], &mut opened).unwrap();
        assert_eq!(&opened, dek.expose());
        wrapped[SALT_LEN] ^= 1;
        assert!(matches!(expansion.open_schedule(&wrapped), Err(Error::KeyUnwrap(_))));
        assert!(matches!(expansion.open_schedule(&wrapped[..9]), Err(Error::KeyUnwrap(_))));
    }

    #[test]
    fn another_kek_a_modified_wrapping_and_a_wrong_length_are_rejected() {
        let wrapped =
            kek().wrap(&Dek::from_slice(&[3; 32]).unwrap(), &mut ContextRef::EMPTY.into()).unwrap();
        let start = |key: WrappedKeyRef<'_>| LocalExpansion::for_unwrap(key, ContextRef::EMPTY);
        let mut bytes = wrapped.view().wrapped_dek.to_vec();
        let other = expand(start(wrapped.view()).unwrap(), &[8; 32]);
        assert!(matches!(other.unwrap(&bytes), Err(Error::KeyUnwrap(_))));
        bytes[100] ^= 1;
        let same = expand(start(wrapped.view()).unwrap(), &[7; 32]);
        assert!(matches!(same.unwrap(&bytes), Err(Error::KeyUnwrap(_))));
        let same = expand(start(wrapped.view()).unwrap(), &[7; 32]);
        assert!(matches!(same.unwrap(&bytes[..9]), Err(Error::KeyUnwrap(_))));
        let short = WrappedKeyRef { wrapped_dek: &bytes[..103], ..wrapped.view() };
        assert!(matches!(start(short), Err(Error::KeyUnwrap(_))));
    }

    /// The blocks are key material: the vector must not reallocate, because nothing wipes the old
    /// memory.
    #[test]
    fn the_blocks_stay_where_they_are() {
        let mut expansion =
            LocalExpansion::for_wrap("shared", ContextRef::EMPTY, &mut crate::crypto::rng::SysRng)
                .unwrap();
        let place = expansion.blocks.as_ptr();
        for _ in 0..5 {
            expansion.provide(&[1; BLOCK_LEN]);
            assert_eq!(expansion.blocks.as_ptr(), place);
        }
        assert!(expansion.message().is_none());
        assert_eq!(expansion.blocks.len(), 2 * BLOCK_LEN);
    }

    #[test]
    fn nothing_is_wrapped_before_the_store_was_asked() {
        let expansion =
            LocalExpansion::for_wrap("shared", ContextRef::EMPTY, &mut crate::crypto::rng::SysRng)
                .unwrap();
        let dek = Dek::from_slice(&[3; 32]).unwrap();
        assert!(matches!(expansion.wrap(&dek), Err(Error::InvalidState(_))));
    }
}
