//! Buffers aligned so that the kernel copies them fastest.

use zeroize::Zeroizing;

const PAGE_LEN: usize = 4_096;

/// A buffer in which address and file offset of each byte are equal modulo the page size.
pub(super) struct Aligned(Zeroizing<Vec<u8>>);

impl Aligned {
    /// A buffer for `len` bytes at any file offset.
    pub(super) fn new(len: usize) -> Self {
        Aligned(Zeroizing::new(vec![0; len.saturating_add(2 * PAGE_LEN)]))
    }

    /// The part for `len` bytes of the file from `offset` on; `None` if the buffer is too small.
    pub(super) fn part(&mut self, offset: u64, len: usize) -> Option<&mut [u8]> {
        let in_page = usize::try_from(offset % PAGE_LEN as u64).ok()?;
        // If the address is unknown, any start is correct.
        let start = self.0.as_ptr().align_offset(PAGE_LEN).min(PAGE_LEN) + in_page;
        self.0.get_mut(start..start.checked_add(len)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_follow_offsets() {
        let mut room = Aligned::new(100);
        for offset in [0, 1, 4_095, 4_096, 70_000, u64::MAX] {
            let part = room.part(offset, 100).unwrap();
            assert_eq!(part.len(), 100);
            assert_eq!(part.as_ptr() as u64 % 4_096, offset % 4_096);
        }
        assert!(room.part(0, 100 + 2 * 4_096).is_none());
        assert!(room.part(0, usize::MAX).is_none());
    }
}
