//! The modules without a heap suffice for a whole envelope, and agree with the others.

use sealwax::aead::DefaultAead;
use sealwax::header::HeaderParts;
use sealwax::{ContextRef, Dek, Header, WrappedKeyRef, chunked};

#[test]
fn an_envelope_in_the_callers_buffers() {
    let dek = Dek::from_slice(&[7; 32]).unwrap();
    let wrapped = WrappedKeyRef { provider_id: "hsm", key_id: "slot-3", wrapped_dek: b"opaque" };
    let parts =
        HeaderParts { context: ContextRef::EMPTY, sealed_metadata: &[], wrapped_keys: &[wrapped] };
    let mut buffer = [0; 256];
    let header_len = parts.encode(&dek, parts.encoded_len().unwrap(), &mut buffer).unwrap();
    let body_out = &mut buffer[header_len..];
    let context = parts.body_context(b"aad").unwrap();
    let sealed =
        chunked::seal::<DefaultAead>(dek.expose(), &[&context], &[9; 24], b"tide", body_out);
    let len = header_len + sealed.unwrap();

    let (header, body) = Header::split(&buffer[..len]).unwrap();
    header.verify(&dek).unwrap();
    assert_eq!(header.header_len(), header_len);
    let mut plaintext = [0; 4];
    let context = header.body_context(b"aad");
    chunked::open::<DefaultAead>(dek.expose(), &[&context], body, &mut plaintext).unwrap();
    assert_eq!(&plaintext, b"tide");

    #[cfg(feature = "alloc")]
    {
        let handle = sealwax::DecryptHandle::new(header.as_bytes(), dek).unwrap();
        assert_eq!(handle.decrypt_body(body, b"aad").unwrap(), b"tide");
    }
}
