//! Generates every file of `core/vectors/`. All keys and salts are derived from labels
//! ([`crate::common::seed::derived`]), so the result is always the same, and a new vector changes
//! no other.

mod bad_body;
mod bad_header;
mod bad_keys;
mod case;
mod codes;
mod contexts;
mod good;
mod hpke_wraps;
mod key_events;
mod key_texts;
mod lengths;
mod local_wraps;
mod notes;
mod rewraps;
mod texts;
mod written;

use written::file;

/// Name and content of every file.
pub fn files() -> Vec<(&'static str, String)> {
    vec![
        ("error_codes.json", codes::file()),
        ("key_events.json", key_events::file()),
        ("envelope_valid.json", good::file()),
        ("envelope_invalid.json", invalid_envelopes()),
        ("context.json", contexts::file()),
        ("hpke_wrap.json", hpke_wraps::file()),
        ("key_text.json", key_texts::file()),
        ("local_wrap.json", local_wraps::file()),
        ("text_form.json", texts::file()),
        ("lengths.json", lengths::file()),
        ("rewrap.json", rewraps::file()),
    ]
}

fn invalid_envelopes() -> String {
    let groups = [
        ("HeaderPreamble", bad_header::preamble()),
        ("HeaderFields", bad_header::fields()),
        ("HeaderContext", bad_header::contexts()),
        ("HeaderWrappedKeys", bad_header::wrapped_keys()),
        ("Keys", bad_keys::keys()),
        ("HeaderMac", bad_keys::mac()),
        ("Metadata", bad_keys::metadata()),
        ("Commitment", bad_body::commitment()),
        ("Chunks", bad_body::chunks()),
        ("Ends", bad_body::ends()),
    ];
    file("Sealwax envelope v1, to be refused", groups.into(), |test, id| test.tc_id = id)
}
