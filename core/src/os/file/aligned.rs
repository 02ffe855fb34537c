//! Buffers at the addresses that the kernel copies fastest.

use zeroize::Zeroizing;

const PAGE_LEN: usize = 4_096;

/// Room in which the byte of each file offset is at an address of the same offset in its page.
pub(super) struct Aligned(Zeroizing<Vec<u8>>);

impl Aligned {
    /// Room for `len` bytes of any file offset.
    pub(super) fn new(len: usize) -> Self {
        Aligned(Zeroizing::new(vec![0; len.saturating_add(2 * PAGE_LEN)]))
    }

    /// The room for `len` bytes of the file from `offset` on; `None` if there is not so much.
    pub(super) fn part(&mut self, offset: u64, len: usize) -> Option<&mut [u8]> {
        let in_page = usize::try_from(offset % PAGE_LEN as u64).ok()?;
        // Where no address can be told, any start will do.
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
