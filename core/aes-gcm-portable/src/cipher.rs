//! The cipher of the crate `aes-gcm`.

use aes_gcm::KeyInit;
use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::inout::InOutBuf;

use crate::interface::{Failed, KEY_LEN, NONCE_LEN, TAG_LEN};

pub(crate) struct Cipher(aes_gcm::Aes256Gcm);

impl Cipher {
    pub(crate) fn new(key: &[u8; KEY_LEN]) -> Self {
        Cipher(aes_gcm::Aes256Gcm::new(key.into()))
    }

    pub(crate) fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        buffer: InOutBuf<'_, '_, u8>,
    ) -> Result<[u8; TAG_LEN], Failed> {
        let tag = self.0.encrypt_inout_detached(nonce.into(), &[], buffer);
        tag.map(Into::into).map_err(|_| Failed)
    }

    pub(crate) fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        buffer: InOutBuf<'_, '_, u8>,
        tag: &[u8; TAG_LEN],
    ) -> Result<(), Failed> {
        self.0.decrypt_inout_detached(nonce.into(), &[], buffer, tag.into()).map_err(|_| Failed)
    }
}
