//! The options of encryption and decryption.

use std::sync::Arc;

use sealwax::{DecryptOptions, EncryptOptions, EncryptionContext, Error, Padding};
use zeroize::Zeroizing;

use crate::context::sealwax_context;
use crate::failure::{Result, sealwax_code};
use crate::ffi::copied;
use crate::panic_boundary::entry;

/// How to encrypt: context, associated data, metadata, padding.
///
/// Null means no options, wherever a call takes them. An object that is made with options copies
/// them. A call that sets an option needs the options for itself; all others can run at the same
/// time.
#[derive(Clone, Default)]
pub struct sealwax_encrypt_options {
    parts: Arc<EncryptParts>,
}

/// The values, shared by the options and the calls that use them.
#[derive(Clone, Default)]
struct EncryptParts {
    context: EncryptionContext,
    associated_data: Vec<u8>,
    metadata: Option<Zeroizing<Vec<u8>>>,
    padding: Padding,
}

impl sealwax_encrypt_options {
    /// The core's options, borrowing these.
    pub(crate) fn view(&self) -> EncryptOptions<'_> {
        let options = EncryptOptions::new()
            .context(self.parts.context.clone())
            .associated_data(&self.parts.associated_data)
            .padding(self.parts.padding);
        match &self.parts.metadata {
            Some(metadata) => options.metadata(metadata),
            None => options,
        }
    }

    pub(crate) fn view_of(options: Option<&Self>) -> EncryptOptions<'_> {
        options.map(Self::view).unwrap_or_default()
    }

    pub(crate) fn context_of(options: Option<&Self>) -> EncryptionContext {
        options.map(|options| options.parts.context.clone()).unwrap_or_default()
    }
}

/// How to decrypt: associated data, and pairs that the context must have. Null means no options, as
/// for `sealwax_encrypt_options`.
#[derive(Clone, Default)]
pub struct sealwax_decrypt_options {
    parts: Arc<DecryptParts>,
}

/// The values, shared by the options and the calls that use them.
#[derive(Clone, Default)]
struct DecryptParts {
    required_context: EncryptionContext,
    associated_data: Vec<u8>,
}

impl sealwax_decrypt_options {
    /// The core's options, borrowing these.
    pub(crate) fn view_of(options: Option<&Self>) -> DecryptOptions<'_> {
        options
            .map(|options| {
                DecryptOptions::new()
                    .required_context(options.parts.required_context.clone())
                    .associated_data(&options.parts.associated_data)
            })
            .unwrap_or_default()
    }

    pub(crate) fn associated_data_of(options: Option<&Self>) -> &[u8] {
        options.map(|options| options.parts.associated_data.as_slice()).unwrap_or_default()
    }
}

/// Length of a header, which decides whether it can later be rewrapped in place.
#[repr(u32)]
pub enum sealwax_padding {
    /// A multiple of 4,096 bytes for messages of unknown length or of 1 MiB and more, else no
    /// padding.
    SEALWAX_PADDING_AUTO = 0,
    /// No padding.
    SEALWAX_PADDING_NONE = 1,
    /// A multiple of 4,096 bytes.
    SEALWAX_PADDING_PAGE = 2,
    /// The length that the call gives.
    SEALWAX_PADDING_EXACT = 3,
}

/// Makes options with nothing set. Free them with `sealwax_encrypt_options_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_options_new(
    out_options: *mut *mut sealwax_encrypt_options,
) -> sealwax_code {
    entry(|| out!(out_options).give(sealwax_encrypt_options::default()))
}

/// Sets the public pairs that are stored, authenticated and passed to the KMS. They are copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_options_set_context(
    options: *mut sealwax_encrypt_options,
    context: *const sealwax_context,
) -> sealwax_code {
    entry(|| {
        let context = object!(context).cloned();
        Arc::make_mut(&mut object_mut!(options).parts).context = context;
        Ok(())
    })
}

/// Sets bytes that are authenticated and not stored: the reader must give the same ones. They are
/// copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_options_set_associated_data(
    options: *mut sealwax_encrypt_options,
    data: *const u8,
    data_len: usize,
) -> sealwax_code {
    entry(|| {
        let data = copied(bytes!(data, data_len))?;
        Arc::make_mut(&mut object_mut!(options).parts).associated_data = data;
        Ok(())
    })
}

/// Sets up to 16 KiB that the header holds encrypted. They are copied, and wiped with the options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_options_set_metadata(
    options: *mut sealwax_encrypt_options,
    metadata: *const u8,
    metadata_len: usize,
) -> sealwax_code {
    entry(|| {
        let metadata = bytes!(metadata, metadata_len);
        if metadata.len() > sealwax::limits::MAX_METADATA_LEN {
            return Err(Error::LimitExceeded("metadata larger than 16,384 bytes").into());
        }
        Arc::make_mut(&mut object_mut!(options).parts).metadata = Some(metadata.to_vec().into());
        Ok(())
    })
}

/// Sets the padding of the header: one of `sealwax_padding`. `header_len` is the length of the
/// whole header for `SEALWAX_PADDING_EXACT`, and 0 for all others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_options_set_padding(
    options: *mut sealwax_encrypt_options,
    padding: u32,
    header_len: usize,
) -> sealwax_code {
    entry(|| {
        let padding = padding_of(padding, header_len)?;
        Arc::make_mut(&mut object_mut!(options).parts).padding = padding;
        Ok(())
    })
}

fn padding_of(padding: u32, header_len: usize) -> Result<Padding> {
    const AUTO: u32 = sealwax_padding::SEALWAX_PADDING_AUTO as u32;
    const NONE: u32 = sealwax_padding::SEALWAX_PADDING_NONE as u32;
    const PAGE: u32 = sealwax_padding::SEALWAX_PADDING_PAGE as u32;
    const EXACT: u32 = sealwax_padding::SEALWAX_PADDING_EXACT as u32;
    match (padding, header_len) {
        (AUTO, 0) => Ok(Padding::Auto),
        (NONE, 0) => Ok(Padding::None),
        (PAGE, 0) => Ok(Padding::Page),
        (EXACT, header_len) => Ok(Padding::Exact(header_len)),
        (AUTO | NONE | PAGE, _) => {
            Err(Error::InvalidArgument("only exact padding has a length").into())
        }
        _ => Err(Error::InvalidArgument("there is no such padding").into()),
    }
}

/// Frees options. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_encrypt_options_free(options: *mut sealwax_encrypt_options) {
    entry(|| free!(options));
}

/// Makes options with nothing set. Free them with `sealwax_decrypt_options_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_options_new(
    out_options: *mut *mut sealwax_decrypt_options,
) -> sealwax_code {
    entry(|| out!(out_options).give(sealwax_decrypt_options::default()))
}

/// Sets the pairs that the context of the envelope must have. They are copied, and checked before
/// the KMS is asked. A missing pair is `SEALWAX_ERR_CONTEXT_MISMATCH`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_options_set_required_context(
    options: *mut sealwax_decrypt_options,
    context: *const sealwax_context,
) -> sealwax_code {
    entry(|| {
        let context = object!(context).cloned();
        Arc::make_mut(&mut object_mut!(options).parts).required_context = context;
        Ok(())
    })
}

/// Sets the associated data that the message was encrypted with. It is copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_options_set_associated_data(
    options: *mut sealwax_decrypt_options,
    data: *const u8,
    data_len: usize,
) -> sealwax_code {
    entry(|| {
        let data = copied(bytes!(data, data_len))?;
        Arc::make_mut(&mut object_mut!(options).parts).associated_data = data;
        Ok(())
    })
}

/// Frees options. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_decrypt_options_free(options: *mut sealwax_decrypt_options) {
    entry(|| free!(options));
}
