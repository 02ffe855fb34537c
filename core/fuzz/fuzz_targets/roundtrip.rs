//! Any options and splits: an envelope decrypts to its plaintext, and a modified one does not.
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use sealwax::{DecryptOptions, Decryptor, Dek, Encryptor, KeyProvider, Padding, decrypt};
use sealwax_fuzz::drive::{decrypt_pieces, encrypt_pieces};
use sealwax_fuzz::envelope::{Recipe, local};
use sealwax_fuzz::seed::{derived, pattern};
use sealwax_fuzz::split;

#[derive(Arbitrary, Debug)]
struct Input {
    label: u16,
    key_count: u8,
    pairs: Vec<(String, String)>,
    metadata: Option<Vec<u8>>,
    associated_data: Vec<u8>,
    padding: Option<u16>,
    len: u16,
    sealing: (u16, u16),
    opening: (u16, u16),
    flip: u32,
}

impl Input {
    fn recipe(&self) -> Recipe {
        let label = format!("roundtrip {}", self.label);
        Recipe {
            dek: derived(&label),
            key_ids: (0..self.key_count % 32 + 1).map(|n| format!("key {n}")).collect(),
            pairs: self.pairs.clone(),
            metadata: self.metadata.clone(),
            associated_data: self.associated_data.clone(),
            padding: self.padding.map_or(Padding::None, |len| Padding::Exact(len.into())),
            plaintext: pattern(usize::from(self.len), 3),
            label,
        }
    }
}

fuzz_target!(|input: Input| {
    // Other tests cover duplicate keys, too many keys and too short headers.
    if sealwax::EncryptionContext::from_pairs(input.pairs.iter().cloned()).is_err() {
        return;
    }
    let recipe = input.recipe();
    let mut rng = recipe.rng();
    let keys = recipe.wrapped_keys(&mut rng);
    let dek = Dek::from_slice(&recipe.dek).unwrap();
    let Ok(mut encryptor) = Encryptor::new(&dek, &recipe.options(), &mut rng) else { return };
    for key in keys.clone() {
        encryptor.add_wrapped_key(key).unwrap();
    }
    let mut rng = recipe.rng();
    recipe.wrapped_keys(&mut rng);
    let handle = sealwax::EncryptHandle::new(&dek, &keys, &recipe.options(), &mut rng);
    let Ok(handle) = handle else { return };
    let envelope = handle.encrypt(&recipe.plaintext, &recipe.associated_data, &mut rng).unwrap();
    assert!(
        encrypt_pieces(encryptor, &recipe.plaintext, split(input.sealing, envelope.len()))
            == envelope
    );

    let kek = local(recipe.key_ids.last().unwrap());
    let providers: [&dyn KeyProvider; 1] = [&kek];
    let options = DecryptOptions::new().associated_data(&recipe.associated_data);
    let machine = Decryptor::new(&options);
    let outcome =
        decrypt_pieces(machine, &envelope, &providers, split(input.opening, envelope.len()));
    outcome.result.unwrap();
    assert!(outcome.released == recipe.plaintext);
    let mut flipped = envelope;
    let at = input.flip as usize / 8 % flipped.len();
    flipped[at] ^= 1 << (input.flip % 8);
    assert!(decrypt(&flipped, &providers, &options).is_err());
});
