//! `rewrap.json`: a header, and the new header with other wrapped keys ([R-02], [R-03]).

use sealwax::ErrorCode::{HeaderAuthentication, InvalidArgument, LimitExceeded};

use crate::common::schema::{RewrapTest, Wrapped};
use crate::common::seed::{derived_vec, hex};

use super::case::{Built, Case, KEY_ID, Key, base64, failure, records, strings};

pub fn file() -> String {
    let groups = vec![("Rewraps", rewraps()), ("Refused", refused())];
    super::written::file("Sealwax rewrap v1", groups, |test, id| test.tc_id = id)
}

/// Wrapped keys for the DEK and context of a case, under fresh salts.
fn new_keys(built: &Built, keys: &[Key]) -> Vec<Wrapped> {
    let comment = format!("{}/new keys", built.case.comment);
    Case { comment, keys: keys.to_vec(), ..built.case.clone() }.wrapped_keys()
}

/// The new header by the rule of.
fn rewrapped(built: &Built, keys: &[Wrapped]) -> Vec<u8> {
    let old_len = built.header_bytes().len();
    let mut header = built.header.clone();
    header.keys = records(keys);
    let needed = header.needed_len();
    let len = match old_len {
        old if needed <= old => old,
        old if old % 4_096 == 0 => needed.next_multiple_of(4_096),
        _ => needed,
    };
    header.padding = vec![0; len - needed];
    header.encode(&built.case.dek)
}

fn test(
    built: &Built,
    keys: Vec<Wrapped>,
    outcome: Result<Vec<u8>, sealwax::ErrorCode>,
) -> RewrapTest {
    RewrapTest {
        tc_id: 0,
        comment: built.case.comment.clone(),
        flags: strings(&["Rewrap"]),
        result: if outcome.is_ok() { "valid" } else { "invalid" }.to_owned(),
        dek: hex(&built.case.dek),
        header: base64(&built.header_bytes()),
        wrapped_keys: keys,
        error: outcome.as_ref().err().map(|code| failure(*code, None)),
        new_header: outcome.ok().map(|bytes| base64(&bytes)),
    }
}

fn locals(count: usize) -> Vec<Key> {
    (2..count + 2).map(|n| Key::Local(format!("kek-{n}"))).collect()
}

fn rewraps() -> Vec<RewrapTest> {
    let case = |comment: &str, header_len: Option<usize>, old: usize, new: &[Key]| {
        let case = Case::new(comment).keys(locals(old));
        let built = case.with(|case| case.header_len = header_len).build();
        let keys = new_keys(&built, new);
        let new_header = rewrapped(&built, &keys);
        test(&built, keys, Ok(new_header))
    };
    let named =
        |id: &str, len| Key::Opaque("example-kms".into(), id.into(), derived_vec("opaque", len));
    let opaque = |len| named("k", len);
    vec![
        case("a key of the same size, without padding", None, 1, &[Key::Local(KEY_ID.into())]),
        case("a smaller key leaves padding", None, 1, &[opaque(10)]),
        case("fewer keys leave padding", None, 3, &locals(1)),
        case("more keys, without padding: exactly as long as needed", None, 1, &locals(3)),
        case("more keys fit the padding of a page", Some(4_096), 1, &locals(20)),
        case(
            "a page is filled exactly",
            Some(4_096),
            1,
            &[opaque(4_096 - 12 - 22 - 2 - 2 - 11 - 3 - 2 - 32)],
        ),
        case(
            "a page overflows by one byte: two pages",
            Some(4_096),
            1,
            &[opaque(4_096 - 12 - 22 - 2 - 2 - 11 - 3 - 2 - 31)],
        ),
        case(
            "a page overflows by far",
            Some(4_096),
            1,
            &[named("k", 4_096), named("l", 4_096), named("m", 9)],
        ),
        case(
            "an odd length overflows: exactly as long as needed",
            Some(4_095),
            1,
            &[opaque(4_090)],
        ),
    ]
}

fn refused() -> Vec<RewrapTest> {
    let built = |comment: &str| Case::new(comment).build();
    let (none, many, large) = (built("no key"), built("33 keys"), built("more than 65,536 bytes"));
    let large_keys: Vec<Key> = ('a'..='p')
        .map(|id| Key::Opaque("p".into(), id.into(), derived_vec("large", 4_096)))
        .collect();
    let repeated = built("two wrapped keys of one remote key");
    let twice = [1, 2].map(|len| Key::Opaque("p".into(), "k".into(), vec![1; len]));
    let mut wrong_mac = built("the old header's MAC is wrong");
    let keys = new_keys(&wrong_mac, &locals(1));
    wrong_mac.header.padding = vec![0; 8];
    let mut modified = test(&wrong_mac, keys, Err(HeaderAuthentication));
    let mut header = wrong_mac.header_bytes();
    *header.last_mut().expect("not empty") ^= 1;
    modified.header = base64(&header);
    vec![
        test(&none, Vec::new(), Err(InvalidArgument)),
        test(&many, new_keys(&many, &locals(33)), Err(LimitExceeded)),
        test(&large, new_keys(&large, &large_keys), Err(LimitExceeded)),
        test(&repeated, new_keys(&repeated, &twice), Err(InvalidArgument)),
        modified,
    ]
}
