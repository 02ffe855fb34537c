//! The file that the demo encrypts: nothing in it compresses or repeats.

use crate::ui;
use anyhow::{Context, Result};
use std::fs::File;
use std::io::Write;
use std::path::Path;

const BLOCK_LEN: usize = 1 << 20;

/// Writes `len` bytes of random-looking data to a new file at `path`.
pub fn write(path: &Path, len: u64) -> Result<()> {
    let mut file =
        File::create_new(path).with_context(|| format!("cannot make {}", path.display()))?;
    let bar = ui::byte_bar(len, "making a file");
    let (mut block, mut state, mut left) = (vec![0; BLOCK_LEN], 1, len);
    while left > 0 {
        fill(&mut block, &mut state);
        let now = usize::try_from(left).unwrap_or(BLOCK_LEN).min(BLOCK_LEN);
        file.write_all(&block[..now])?;
        left -= now as u64;
        bar.inc(now as u64);
    }
    bar.finish_and_clear();
    Ok(())
}

/// SplitMix64: fast, and every block differs. This is data to encrypt, never a key.
fn fill(block: &mut [u8], state: &mut u64) {
    for word in block.chunks_exact_mut(8) {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_the_asked_length_and_its_blocks_differ() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        write(&path, 2 * BLOCK_LEN as u64 + 5).unwrap();
        let data = std::fs::read(&path).unwrap();
        assert_eq!(data.len(), 2 * BLOCK_LEN + 5);
        assert_ne!(data[..BLOCK_LEN], data[BLOCK_LEN..2 * BLOCK_LEN]);
    }
}
