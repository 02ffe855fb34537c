//! The commands. They write output only after complete success.

use std::fs;

use sealwax::chunked::PREFIX_LEN;
use sealwax::range::RangeOpener;
use sealwax::{
    DecryptHandle, DecryptOptions, EncryptOptions, Error, Header, Padding, Result, RewrapMode,
    encrypt, from_text, rewrap, rewrap_with, to_text,
};

use crate::args::{Args, providers};

const AAD: &str = "--aad";
const DETACHED: &str = "--detached-header";
const TEXT: &str = "--text";

/// Runs one command with its arguments.
///
/// # Errors
/// The errors of the command; [`Error::InvalidArgument`] for an unknown one.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (command, rest) =
        arguments.split_first().ok_or(Error::InvalidArgument("a command is missing"))?;
    let args = Args::parse(rest)?;
    match command.as_str() {
        "encrypt" => run_encrypt(&args),
        "decrypt" => run_decrypt(&args),
        "rewrap" => run_rewrap(&args),
        "inspect" => run_inspect(&args),
        _ => Err(Error::InvalidArgument("an unknown command")),
    }
}

/// An envelope or a header, which may be in the text form.
fn read_header(args: &Args<'_>, file: &str) -> Result<Vec<u8>> {
    let data = fs::read(file)?;
    if args.has(TEXT) { from_text(&String::from_utf8_lossy(&data)) } else { Ok(data) }
}

fn write_header(args: &Args<'_>, file: &str, data: &[u8]) -> Result<()> {
    Ok(if args.has(TEXT) { fs::write(file, to_text(data)) } else { fs::write(file, data) }?)
}

fn run_encrypt(args: &Args<'_>) -> Result<()> {
    let plaintext = fs::read(args.file(0)?)?;
    let keys = args.keys("--kek", "--key-id")?;
    let (aad, metadata) = (args.bytes(AAD)?.unwrap_or_default(), args.bytes("--metadata")?);
    let mut options = EncryptOptions::new().context(args.context()?).associated_data(&aad);
    if let Some(metadata) = &metadata {
        options = options.metadata(metadata);
    }
    let options = options.padding(match args.one("--padding") {
        None | Some("none" | "1") => Padding::None,
        Some("default") => Padding::Auto,
        Some("4096") => Padding::Page,
        Some(_) => return Err(Error::InvalidArgument("--padding is none, default or 4096")),
    });
    let envelope = encrypt(&plaintext, &providers(&keys), &options)?;
    let Some(detached) = args.one(DETACHED) else {
        return write_header(args, args.file(1)?, &envelope);
    };
    let (header, body) = Header::split(&envelope)?;
    write_header(args, detached, header.as_bytes())?;
    Ok(fs::write(args.file(1)?, body)?)
}

fn run_decrypt(args: &Args<'_>) -> Result<()> {
    let (header, body) = if let Some(detached) = args.one(DETACHED) {
        (read_header(args, detached)?, fs::read(args.file(0)?)?)
    } else {
        let envelope = read_header(args, args.file(0)?)?;
        let (header, body) = Header::split(&envelope)?;
        (header.as_bytes().to_vec(), body.to_vec())
    };
    let options = DecryptOptions::new().required_context(args.context()?);
    let keys = args.keys("--kek", "--key-id")?;
    let handle = DecryptHandle::open(&header, &providers(&keys), &options)?;
    let metadata = args.one("--metadata-out").map(|file| (file, handle.metadata()));
    let metadata = metadata.map(|(file, opened)| opened.map(|data| (file, data))).transpose()?;
    let aad = args.bytes(AAD)?.unwrap_or_default();
    let plaintext = match args.one("--range") {
        None => handle.decrypt_body(&body, &aad)?,
        Some(range) => decrypt_range(&handle, &aad, &body, range)?,
    };
    if let Some((file, Some(metadata))) = metadata {
        fs::write(file, &metadata)?;
    }
    Ok(fs::write(args.file(1)?, plaintext)?)
}

/// A range `START:END` or `START:` of the plaintext, clamped to its end.
fn decrypt_range(handle: &DecryptHandle, aad: &[u8], body: &[u8], range: &str) -> Result<Vec<u8>> {
    let bad = Error::InvalidArgument("a range is START:END or START:");
    let (start, end) = range.split_once(':').ok_or(bad)?;
    let body_len = body.len() as u64;
    let [_, last] = RangeOpener::opening_ranges(body_len)?;
    let prefix = body.first_chunk::<PREFIX_LEN>().ok_or(Error::Truncated)?;
    let opener = RangeOpener::new(handle, aad, body_len, prefix, slice(body, &last)?)?;
    let whole = opener.plaintext_len();
    let end = if end.is_empty() { whole } else { number(end)? };
    let needed = opener.body_range(number(start)?..end)?;
    let start = number(start)?.min(whole);
    let len = usize::try_from(end.min(whole) - start).map_err(|_| Error::Truncated)?;
    let mut plaintext = vec![0; len];
    opener.open_range(start, slice(body, &needed)?, &mut plaintext)?;
    Ok(plaintext)
}

fn number(text: &str) -> Result<u64> {
    text.parse().map_err(|_| Error::InvalidArgument("not a number"))
}

fn slice<'b>(body: &'b [u8], range: &std::ops::Range<u64>) -> Result<&'b [u8]> {
    let at = |offset: u64| usize::try_from(offset).map_err(|_| Error::Truncated);
    body.get(at(range.start)?..at(range.end)?).ok_or(Error::Truncated)
}

fn run_rewrap(args: &Args<'_>) -> Result<()> {
    let (old, new) = (args.keys("--kek", "--key-id")?, args.keys("--new-kek", "--new-key-id")?);
    let (old, new) = (providers(&old), providers(&new));
    let mode = if args.has("--keep") { RewrapMode::Add } else { RewrapMode::Replace };
    let data = read_header(args, args.file(0)?)?;
    let rewrapped = if args.has("--header-only") {
        rewrap_with(&DecryptHandle::open(&data, &old, &DecryptOptions::new())?, &new, mode)?
    } else {
        rewrap(&data, &old, &new, mode)?
    };
    write_header(args, args.file(1)?, &rewrapped)
}

fn run_inspect(args: &Args<'_>) -> Result<()> {
    let data = read_header(args, args.file(0)?)?;
    let header =
        if args.has("--header-only") { Header::parse(&data)? } else { Header::split(&data)?.0 };
    let pairs: Vec<_> = header.context().iter().collect();
    println!("header_len {}, padding {}", header.header_len(), header.padding_len());
    println!("context {pairs:?}, sealed metadata {}", header.sealed_metadata().len());
    for key in header.wrapped_keys() {
        println!("{:?} {:?}, {} bytes", key.provider_id, key.key_id, key.wrapped_dek.len());
    }
    Ok(())
}
