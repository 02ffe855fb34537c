//! The KEMs, by their numbers and names.

/// How a key pair agrees on a secret with somebody who has only its public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HpkeKem {
    /// DHKEM(X25519, HKDF-SHA256) of RFC 9180. A large quantum computer would break it.
    X25519,
    /// X-Wing: ML-KEM-768 and X25519 together, no weaker than X25519 alone. The ML-KEM underneath
    /// was not audited.
    XWing,
}

impl HpkeKem {
    /// Every KEM.
    pub const ALL: &'static [HpkeKem] = &[HpkeKem::X25519, HpkeKem::XWing];

    /// The number in IANA's registry of HPKE KEMs.
    pub const fn id(self) -> u16 {
        match self {
            HpkeKem::X25519 => 0x0020,
            HpkeKem::XWing => 0x647a,
        }
    }

    /// The name in text forms and key ids.
    pub const fn as_str(self) -> &'static str {
        match self {
            HpkeKem::X25519 => "x25519",
            HpkeKem::XWing => "x-wing",
        }
    }

    /// The KEM of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kem| kem.as_str() == name)
    }

    /// Length of a public key, in bytes.
    pub const fn public_key_len(self) -> usize {
        match self {
            HpkeKem::X25519 => 32,
            HpkeKem::XWing => 1184 + 32,
        }
    }

    /// Length of an encapsulated secret, in bytes.
    pub(crate) const fn enc_len(self) -> usize {
        match self {
            HpkeKem::X25519 => 32,
            HpkeKem::XWing => 1088 + 32,
        }
    }
}

impl core::fmt::Display for HpkeKem {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}
