//! What a call of `process` did, and what it needs next.

/// The outcome of one call of `process`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes taken off the front of the input.
    pub read: usize,
    /// Bytes written to the front of the output.
    pub written: usize,
    /// What must happen next.
    pub status: Status,
}

/// What a state machine needs to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// More input, or the word that none follows.
    NeedInput,
    /// Room for output.
    NeedOutput,
    /// The key: a wrapped key for an encryptor, the unwrapped DEK for a decryptor.
    NeedKey,
    /// Nothing: the message is complete.
    Done,
}
