//! Edited envelopes, whole and in pieces, compared with the second implementation.
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use sealwax_fuzz::envelope::{Recipe, assert_like_oracle};
use sealwax_fuzz::seed::pattern;
use sealwax_fuzz::{Edit, sign_again, split};

#[derive(Arbitrary, Debug)]
struct Input {
    full: bool,
    /// Whether the plaintext is a little longer than a chunk, instead of a few bytes.
    long: Option<u8>,
    edits: Vec<Edit>,
    /// Repairs the header's MAC after the edits.
    sign: bool,
    /// Sizes of the pieces of input and output.
    splits: [(u16, u16); 2],
}

fuzz_target!(|input: Input| {
    let recipe = if input.full { Recipe::full("fuzz") } else { Recipe::new("fuzz") };
    let sample = recipe
        .with(|recipe| {
            if let Some(more) = input.long {
                recipe.plaintext = pattern(16_384 + usize::from(more), 5);
            }
        })
        .make();
    let mut bytes = sample.bytes();
    input.edits.iter().for_each(|edit| edit.apply(&mut bytes));
    if input.sign {
        sign_again(&sample, &mut bytes);
    }
    let splits = input.splits.map(|sizes| split(sizes, bytes.len()));
    assert_like_oracle(&bytes, &sample.reader(), &splits);
});
