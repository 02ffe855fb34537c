//! Unwrapping the DEK of a header with async providers.

use super::AsyncKeyProvider;
use super::async_wrap::wrap_key_async;
use super::unwrap_order::{Unwrapping, matching_keys};
use crate::crypto::secret_key::Dek;
use crate::error::Result;
use crate::format::header::Header;

/// As `unwrap_dek`: the same order, one provider at a time, and the same errors.
pub(crate) async fn unwrap_dek_async<T>(
    header: &Header<'_>,
    providers: &[&dyn AsyncKeyProvider],
    accept: impl Fn(Dek) -> Result<T>,
) -> Result<T> {
    let mut unwrapping = Unwrapping::default();
    for provider in providers {
        let id = provider.provider_id();
        let keys = matching_keys(header, id, provider.is_remote(), |id| provider.accepts(id));
        for key in keys {
            let answer = provider.unwrap(key, &mut header.context().into()).await;
            if let Some(opened) = unwrapping.take(key, answer, &accept) {
                return Ok(opened);
            }
        }
    }
    Err(unwrapping.into_error(header, providers.iter().map(|provider| wrap_key_async(*provider))))
}
