//! The output of `Debug` and `Display` of the library's types.

use std::fmt::Debug;

/// What was printed, by the name of the type.
#[derive(Default)]
pub struct Printed(pub Vec<(String, String)>);

impl Printed {
    pub fn add<T: Debug>(&mut self, name: &str, value: &T) {
        self.0.push((name.to_owned(), format!("{value:?}\n{value:#?}")));
    }

    /// A key pair of this secret key.
    #[cfg(feature = "hpke")]
    pub fn add_key_pair(&mut self, secret: &[u8]) {
        let secret = sealwax::Kek::from_slice(secret).unwrap();
        let identity = sealwax::HpkeIdentity::new(sealwax::HpkeKem::X25519, secret).unwrap();
        self.add("HpkeKem", &identity.recipient().kem());
        self.add("HpkeRecipient", identity.recipient());
        self.add("HpkeIdentity", &identity);
    }

    pub fn add_error(&mut self, name: &str, error: &(dyn std::error::Error + 'static)) {
        self.0.push((name.to_owned(), format!("{error}\n{error:?}\n{error:#?}")));
        if let Some(cause) = error.source() {
            self.add_error(name, cause);
        }
    }
}
