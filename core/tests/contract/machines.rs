//! States of the state machines: rejected calls and sticky errors ([E-07], [E-08]).

use sealwax::ErrorCode::{
    BadMagic, BufferTooSmall, CommitmentMismatch, ContextMismatch, HeaderAuthentication,
    InvalidArgument, InvalidState, LimitExceeded, Truncated,
};
use sealwax::range::RangeOpener;
use sealwax::{
    ContextRef, DecryptOptions, Decryptor, Dek, EncryptHandle, EncryptionContext, Encryptor,
    Status, WrappedKey, chunked,
};

use crate::assert_error;
use crate::common::envelope::{Recipe, Sample, local};
use crate::common::seed::{Queue, pattern};

fn dek(sample: &Sample) -> Dek {
    Dek::from_slice(&sample.recipe.dek).unwrap()
}

fn encryptor(recipe: &Recipe) -> (Encryptor, Vec<WrappedKey>) {
    let mut rng = recipe.rng();
    let keys = recipe.wrapped_keys(&mut rng);
    let dek = Dek::from_slice(&recipe.dek).unwrap();
    (Encryptor::new(&dek, &recipe.options(), &mut rng).unwrap(), keys)
}

#[test]
fn an_encryptor_wants_a_key_first() {
    let (mut machine, mut keys) = encryptor(&Recipe::new("first"));
    let mut output = [0xee; 400];
    assert_error(machine.detach_header(), InvalidState, "invalid state: no wrapped key was added");
    for _ in 0..2 {
        let progress = machine.process(b"data", &mut output).unwrap();
        assert_eq!((progress.read, progress.written, progress.status), (0, 0, Status::NeedKey));
    }
    machine.add_wrapped_key(keys.remove(0)).unwrap();
    machine.process(b"data", &mut output).unwrap();
    let late = WrappedKey::new("p", "k", [1]).unwrap();
    assert_error(
        machine.add_wrapped_key(late),
        InvalidState,
        "invalid state: the header is finished already",
    );
    assert_error(
        machine.detach_header(),
        InvalidState,
        "invalid state: the header is finished already",
    );
    assert_error(machine.finish(), Truncated, "truncated: the input ends before the message does");
}

/// [B-24]: after a failure nothing more is sealed.
#[test]
fn an_encryptor_that_failed_stays_failed() {
    let (mut machine, keys) = encryptor(&Recipe::new("failed"));
    for key in keys {
        machine.add_wrapped_key(key).unwrap();
    }
    let mut output = [0xee; 400];
    machine.end_input();
    while machine.process(&[], &mut output).unwrap().status != Status::Done {}
    output.fill(0xee);
    for _ in 0..2 {
        let message = "invalid state: input after the end of the input";
        assert_error(machine.process(b"more", &mut output), InvalidState, message);
        assert_eq!(output, [0; 400]);
    }
    assert_error(
        machine.process(&[], &mut output),
        InvalidState,
        "invalid state: input after the end of the input",
    );
    assert_error(machine.finish(), InvalidState, "invalid state: input after the end of the input");
}

/// [L-02]: the wrapped keys grow the header beyond its limit.
#[test]
fn an_encryptor_of_too_large_a_header() {
    let key = |name: i32, len| WrappedKey::new("p", name.to_string(), vec![1; len]).unwrap();
    for (count, len, message) in [
        (17, 4_096, "over the limit: a header larger than 65,536 bytes"),
        (33, 9, "over the limit: more than 32 wrapped keys"),
    ] {
        let (mut machine, _) = encryptor(&Recipe::new("large"));
        for name in 0..count {
            machine.add_wrapped_key(key(name, len)).unwrap();
        }
        let mut output = [0xee; 40];
        assert_error(machine.process(&[], &mut output), LimitExceeded, message);
        assert_eq!(output, [0; 40]);
        assert_error(machine.process(&[], &mut output), LimitExceeded, message);
    }
}

#[test]
fn an_encryptor_of_a_handle_has_its_context() {
    let recipe = Recipe::full("handle");
    let mut rng = recipe.rng();
    let keys = recipe.wrapped_keys(&mut rng);
    let handle = EncryptHandle::new(
        &Dek::from_slice(&recipe.dek).unwrap(),
        &keys,
        &recipe.options(),
        &mut rng,
    )
    .unwrap();
    let encryptor = handle.encryptor(b"aad", &mut rng).unwrap();
    assert_eq!(encryptor.context().get("tenant"), Some("acme"));
}

#[test]
fn a_decryptor_takes_a_key_when_it_asks() {
    let sample = Recipe::full("keys").make();
    let mut machine = Decryptor::new(&DecryptOptions::new().associated_data(b"aad"));
    let not_now = "invalid state: no key is needed now";
    assert_error(machine.provide_dek(dek(&sample)), InvalidState, not_now);
    assert_error(machine.unwrap_with(&[&local("a")]), InvalidState, not_now);
    assert_error(machine.metadata(), InvalidState, "invalid state: the key is needed first");
    assert!(machine.header().is_none());
    let progress = machine.process(&sample.bytes(), &mut [0; 9]).unwrap();
    assert_eq!((progress.read, progress.status), (sample.header.len(), Status::NeedKey));
    assert_eq!(machine.header().unwrap().as_bytes(), sample.header);
    assert_error(machine.metadata(), InvalidState, "invalid state: the key is needed first");
    // [E-07]: a wrong key is not the end, a right one may follow.
    let wrong = "header authentication failed: wrong key or modified header";
    assert_error(
        machine.provide_dek(Dek::from_slice(&[3; 32]).unwrap()),
        HeaderAuthentication,
        wrong,
    );
    machine.provide_dek(dek(&sample)).unwrap();
    assert_eq!(machine.metadata().unwrap().unwrap().as_slice(), b"meta");
    assert_error(machine.provide_dek(dek(&sample)), InvalidState, not_now);
    let mut output = [0xee; 9];
    machine.process(&sample.body, &mut output).unwrap();
    machine.end_input();
    let progress = machine.process(&[], &mut output).unwrap();
    assert_eq!((progress.written, progress.status), (3, Status::Done));
    assert_eq!(output[..3], sample.recipe.plaintext);
    machine.finish().unwrap();
}

#[test]
fn a_decryptor_that_failed_stays_failed() {
    let mut machine = Decryptor::new(&DecryptOptions::new());
    let mut output = [0xee; 4];
    assert_error(machine.process(b"PK", &mut output), BadMagic, "not a Sealwax envelope");
    assert_eq!(output, [0; 4]);
    let message = "not a Sealwax envelope";
    assert_error(machine.process(b"SEALWAX\x01", &mut output), BadMagic, message);
    assert_error(machine.provide_dek(Dek::from_slice(&[3; 32]).unwrap()), BadMagic, message);
    assert_error(machine.unwrap_with(&[&local("a")]), BadMagic, message);
    assert_error(machine.finish(), BadMagic, message);
}

/// [B-15]: with a detached header the body starts at offset 0; [H-09] holds for it, too.
#[test]
fn a_decryptor_with_a_detached_header() {
    let sample = Recipe::full("detached").make();
    let options = DecryptOptions::new().associated_data(b"aad");
    let required = EncryptionContext::from_pairs([("tenant", "x")]).unwrap();
    let strict = options.clone().required_context(required);
    let message =
        "the encryption context lacks a required pair: \"tenant\" must be \"x\" and is \"acme\"";
    assert_error(Decryptor::with_header(&sample.header, &strict), ContextMismatch, message);
    let mut machine = Decryptor::with_header(&sample.header, &options).unwrap();
    machine.unwrap_with(&[&local("a")]).unwrap();
    let message =
        "key commitment mismatch: wrong key, wrong associated data or another object's header";
    assert_error(machine.process(&sample.bytes(), &mut [0; 9]), CommitmentMismatch, message);
}

#[test]
fn input_after_the_end_of_the_input() {
    let sample = Recipe::new("end").make();
    for before in [0, 20, sample.header.len() + 10, sample.bytes().len()] {
        let mut machine = Decryptor::new(&DecryptOptions::new());
        let bytes = sample.bytes();
        let mut rest = &bytes[..before];
        let mut output = [0xee; 100];
        while !rest.is_empty() {
            let progress = machine.process(rest, &mut output).unwrap();
            rest = &rest[progress.read..];
            if progress.status == Status::NeedKey {
                machine.provide_dek(dek(&sample)).unwrap();
            }
        }
        machine.end_input();
        let message = "invalid state: input after the end of the input";
        assert_error(machine.process(b"x", &mut output), InvalidState, message);
        assert_eq!(output, [0; 100]);
        assert_error(machine.finish(), InvalidState, message);
    }
}

#[test]
fn buffers_that_do_not_fit_say_what_does() {
    let sample = Recipe::full("buffers").with(|r| r.plaintext = pattern(20_000, 1)).make();
    let handle = sample.handle();
    let mut small = vec![0xee; 19_999];
    let needed = "the buffer is too small: 20000 bytes are needed";
    assert_error(
        handle.decrypt_body_into(&sample.body, b"aad", &mut small),
        BufferTooSmall,
        needed,
    );
    assert!(small.iter().all(|byte| *byte == 0xee));
    let mut rng = sample.recipe.rng();
    let keys = sample.recipe.wrapped_keys(&mut rng);
    let handle =
        EncryptHandle::new(&dek(&sample), &keys, &sample.recipe.options(), &mut rng).unwrap();
    for len in [0, 519, sample.bytes().len() - 1] {
        let mut out = vec![0xee; len];
        let message = format!("the buffer is too small: {} bytes are needed", sample.bytes().len());
        assert_error(
            handle.encrypt_into(&pattern(20_000, 1), b"aad", &mut out, &mut rng),
            BufferTooSmall,
            &message,
        );
    }
}

#[test]
fn ranges_that_do_not_fit() {
    let sample = Recipe::new("range").with(|r| r.plaintext = pattern(40_000, 1)).make();
    let (body, len) = (&sample.body, sample.body.len() as u64);
    let prefix = body[..56].try_into().unwrap();
    let last = &body[56 + 2 * 16_400..];
    let new = |len, last| RangeOpener::new(&sample.handle(), &[], len, prefix, last);
    assert_error(
        new(len, &last[1..]),
        InvalidArgument,
        "invalid argument: the last chunk has another length",
    );
    assert_error(
        new(56 + 16_400, last),
        Truncated,
        "truncated: the input ends before the message does",
    );
    let opener = new(len, last).unwrap();
    #[allow(clippy::reversed_empty_ranges)]
    let backwards = opener.body_range(2..1);
    assert_error(backwards, InvalidArgument, "invalid argument: the range ends before it starts");
    let chunk = &body[56..56 + 16_400];
    for (offset, sealed, room) in [(0, &chunk[1..], 5), (16_380, chunk, 5), (0, body.as_slice(), 5)]
    {
        let mut out = vec![0xee; room];
        let message = "invalid argument: buffer lengths do not fit";
        assert_error(opener.open_range(offset, sealed, &mut out), InvalidArgument, message);
        assert!(out.iter().all(|byte| *byte == 0));
    }
    let behind = "invalid argument: the range ends behind the message";
    assert_error(opener.open_range(u64::MAX, &[], &mut [0; 3]), InvalidArgument, behind);
}

#[test]
fn arguments_of_the_chunk_layer() {
    use sealwax::aead::DefaultAead;
    let many: [&[u8]; 6] = [b"a"; 6];
    let (key, salt, mut out) = ([1; 32], [2; 24], [0; 100]);
    let message = "invalid argument: more than five context parts";
    assert_error(
        chunked::seal::<DefaultAead>(&key, &many, &salt, b"x", &mut out),
        InvalidArgument,
        message,
    );
    let message = "invalid argument: the input key must have 32 bytes";
    assert_error(
        chunked::seal::<DefaultAead>(&[1; 31], &[], &salt, b"x", &mut out),
        InvalidArgument,
        message,
    );
    let message = "the buffer is too small: 73 bytes are needed";
    assert_error(
        chunked::seal::<DefaultAead>(&key, &[], &salt, b"x", &mut out[..72]),
        BufferTooSmall,
        message,
    );
    let trailing = ContextRef::from_canonical(&[0, 0, 0]);
    assert_error(trailing, sealwax::ErrorCode::TrailingData, "bytes follow the end of the data");
    assert_error(
        ContextRef::from_canonical(&[0]),
        sealwax::ErrorCode::Malformed,
        "malformed envelope: encryption context is cut off",
    );
    let mut queue = Queue::new([]);
    assert!(queue.is_used_up());
    assert!(
        std::panic::catch_unwind(move || Dek::generate(&mut queue)).is_err(),
        "no hidden randomness"
    );
}
