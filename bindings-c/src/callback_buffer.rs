//! The buffers that callbacks write to.

use sealwax::ProviderError;
use zeroize::Zeroizing;

/// A buffer of the library that a callback fills. The callback writes at most `capacity` bytes to
/// `data` and sets `len`. The buffer is valid during the callback and wiped afterwards.
#[repr(C)]
pub struct sealwax_buffer {
    /// Size of the struct as the library knows it. Later versions may append members.
    pub struct_size: usize,
    /// Where to write.
    pub data: *mut u8,
    /// Room, in bytes.
    pub capacity: usize,
    /// Number of bytes written. More than `capacity` makes the call fail.
    pub len: usize,
}

/// The memory of a `sealwax_buffer`. It may hold a DEK, so it is wiped when dropped.
pub(crate) struct CallbackBuffer {
    memory: Zeroizing<Vec<u8>>,
    lent: sealwax_buffer,
}

impl CallbackBuffer {
    pub(crate) fn new(capacity: usize) -> Self {
        Self::holding(capacity, &[])
    }

    pub(crate) fn holding(capacity: usize, bytes: &[u8]) -> Self {
        let mut memory = Zeroizing::new(vec![0; capacity]);
        memory.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
        let lent = sealwax_buffer {
            struct_size: size_of::<sealwax_buffer>(),
            data: std::ptr::null_mut(),
            capacity,
            len: bytes.len(),
        };
        CallbackBuffer { memory, lent }
    }

    pub(crate) fn lend(&mut self) -> *mut sealwax_buffer {
        self.lent.data = self.memory.as_mut_ptr();
        &raw mut self.lent
    }

    /// The bytes that the callback wrote.
    pub(crate) fn bytes(&self) -> Result<&[u8], ProviderError> {
        let (len, capacity) = (self.lent.len, self.memory.len());
        self.memory.get(..len).ok_or_else(|| {
            ProviderError::failed(format!("the host says that {len} bytes fit {capacity}"))
        })
    }
}
