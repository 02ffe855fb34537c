//! Measures the Rust core, the C library, OpenSSL and libsodium in turn on buffers of the same size;
//! prints the table of BENCH.md. `cargo xtask bench c` runs it.
//!
//! Each side is a process that is told what to measure: speed.c, and this program with the word
//! `core`. Where a process has its buffers in physical memory is luck and worth some percent, so
//! several pairs of processes are started one after the other. Within a pair the sides take turns,
//! case by case, and either goes first as often. The best time of each side counts: what disturbs a
//! measurement only ever makes it longer.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use sealwax::{
    DecryptOptions, Decryptor, EncryptOptions, Encryptor, Kek, KeyProvider, LocalKek, Status,
    SysRng,
};

/// What a stream is given and gives at once, in bytes.
const PIECE: usize = 256 << 10;
/// How fast the C library must be, the core being 1.
const TARGET: f64 = 0.97;

/// What is measured, by the names of the C program. The core can do the first four.
const CASES: [&str; 8] = [
    "oneshot-encrypt",
    "oneshot-decrypt",
    "stream-encrypt",
    "stream-decrypt",
    "openssl-encrypt",
    "openssl-decrypt",
    "libsodium-encrypt",
    "libsodium-decrypt",
];
const OF_CORE: usize = 4;

/// How much is measured, and how often.
struct Scale {
    /// Plaintext of one measurement, in bytes.
    len: usize,
    pairs: usize,
    /// Rounds of a pair, besides one to warm up.
    rounds: usize,
}

const FULL: Scale = Scale { len: 256 << 20, pairs: 8, rounds: 8 };
const QUICK: Scale = Scale { len: 8 << 20, pairs: 2, rounds: 1 };

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["core", len, _] => answer(&mut Core::new(len.parse().expect("a length"))),
        [program] => compare(program, &FULL),
        [program, "--quick"] => compare(program, &QUICK),
        _ => panic!("usage: compare PATH_OF_THE_C_PROGRAM [--quick]"),
    }
}

/// The best seconds of each case.
struct Best {
    core: [f64; OF_CORE],
    c: [f64; CASES.len()],
}

fn compare(program: &str, scale: &Scale) {
    let mut best = Best { core: [f64::MAX; OF_CORE], c: [f64::MAX; CASES.len()] };
    for pair in 1..=scale.pairs {
        eprintln!("processes {pair} of {}", scale.pairs);
        let own = std::env::current_exe().expect("this program has a path");
        let mut core = Peer::start(Command::new(own).arg("core"), scale.len);
        let mut c = Peer::start(&mut Command::new(program), scale.len);
        for round in 0..=scale.rounds {
            measure(&mut core, &mut c, round, &mut best);
        }
    }
    print_table(&best, scale);
}

/// All cases once. The core goes first in every other round.
fn measure(core: &mut Peer, c: &mut Peer, round: usize, best: &mut Best) {
    for (index, case) in CASES.iter().enumerate() {
        let (mut ours, mut theirs) = (f64::MAX, f64::MAX);
        for turn in 0..2 {
            if turn == round % 2 {
                theirs = c.measure(case);
            } else if index < OF_CORE {
                ours = core.measure(case);
            }
        }
        if round == 0 {
            continue; // to warm up
        }
        best.c[index] = best.c[index].min(theirs);
        if let Some(core) = best.core.get_mut(index) {
            *core = core.min(ours);
        }
    }
}

/// Cells between tabs: `cargo xtask bench` makes columns of them.
fn print_table(best: &Best, scale: &Scale) {
    let megabytes = f64::from(u32::try_from(scale.len).expect("less than 4 GiB")) / 1e6;
    let rate = |seconds: f64| megabytes / seconds;
    println!(
        "{} MiB, one thread\tRust core\tC\tC / core\tat least {TARGET}\tOpenSSL EVP\tC / OpenSSL\tlibsodium\tC / libsodium",
        scale.len >> 20
    );
    for (index, core) in best.core.iter().enumerate() {
        let (core, c) = (rate(*core), rate(best.c[index]));
        let evp = rate(best.c[OF_CORE + index % 2]);
        let sodium = rate(best.c[OF_CORE + 2 + index % 2]);
        let met = if c / core >= TARGET { "yes" } else { "no" };
        println!(
            "{}\t{core:.0} MB/s\t{c:.0} MB/s\t{:.3}\t{met}\t{evp:.0} MB/s\t{:.2}\t{sodium:.0} MB/s\t{:.1}",
            CASES[index],
            c / core,
            c / evp,
            c / sodium
        );
    }
}

/// A process that measures what it is told and answers in nanoseconds.
struct Peer {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    fn start(command: &mut Command, len: usize) -> Self {
        let mut child = command
            .args([len.to_string(), PIECE.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let requests = child.stdin.take().expect("it has an input");
        let answers = BufReader::new(child.stdout.take().expect("it has an output"));
        Peer { child, requests, answers }
    }

    fn measure(&mut self, case: &str) -> f64 {
        writeln!(self.requests, "{case}").expect("the program listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the program answers");
        line.trim().parse::<f64>().expect("it answers with a number") / 1e9
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Its memory must be free before the next one starts.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The other end of a [`Peer`], for the core.
fn answer(core: &mut Core) {
    for line in std::io::stdin().lines() {
        let start = Instant::now();
        core.run(&line.expect("a name"));
        println!("{}", start.elapsed().as_nanos());
    }
}

/// The same work by the core itself.
struct Core {
    kek: LocalKek,
    plaintext: Vec<u8>,
    envelope: Vec<u8>,
    envelope_len: usize,
    output: Vec<u8>,
}

impl Core {
    fn new(len: usize) -> Self {
        let kek = Kek::generate(&mut SysRng).expect("random bytes");
        let kek = LocalKek::new(kek, "bench").expect("a key id");
        let room = len + len / 512 + 8192;
        let (plaintext, envelope, output) = (vec![7; len], vec![1; room], vec![1; len]);
        Core { kek, plaintext, envelope, envelope_len: 0, output }
    }

    fn run(&mut self, case: &str) {
        match case {
            "oneshot-encrypt" => self.encrypt(),
            "oneshot-decrypt" => self.decrypt(),
            "stream-encrypt" => self.encrypt_stream(),
            "stream-decrypt" => self.decrypt_stream(),
            _ => panic!("there is no case {case}"),
        }
    }

    fn encrypt(&mut self) {
        let (options, out) = (EncryptOptions::new(), &mut self.envelope);
        let len = sealwax::encrypt_into(&self.plaintext, &[&self.kek], &options, out);
        self.envelope_len = len.expect("it encrypts");
    }

    fn decrypt(&mut self) {
        let (options, envelope) = (DecryptOptions::new(), &self.envelope[..self.envelope_len]);
        let len = sealwax::decrypt_into(envelope, &[&self.kek], &options, &mut self.output);
        assert_eq!(len.expect("it decrypts"), self.output.len());
    }

    fn encrypt_stream(&mut self) {
        let dek = sealwax::Dek::generate(&mut SysRng).expect("random bytes");
        let mut encryptor =
            Encryptor::new(&dek, &EncryptOptions::new(), &mut SysRng).expect("it starts");
        let key = self.kek.wrap(&dek, &mut encryptor.context().into()).expect("it wraps");
        encryptor.add_wrapped_key(key).expect("it takes the key");
        let (mut read, mut written) = (0, 0);
        let (len, capacity) = (self.plaintext.len(), self.envelope.len());
        loop {
            let input = &self.plaintext[read..len.min(read + PIECE)];
            let output = &mut self.envelope[written..capacity.min(written + PIECE)];
            let step = encryptor.process(input, output).expect("it encrypts");
            read += step.read;
            written += step.written;
            match step.status {
                Status::Done => break,
                Status::NeedInput if read == len => encryptor.end_input(),
                _ => {}
            }
        }
        encryptor.finish().expect("it is done");
        self.envelope_len = written;
    }

    fn decrypt_stream(&mut self) {
        let mut decryptor = Decryptor::new(&DecryptOptions::new());
        let (mut read, mut written) = (0, 0);
        loop {
            let input = &self.envelope[read..self.envelope_len.min(read + PIECE)];
            let room = self.output.len().min(written + PIECE);
            let output = &mut self.output[written..room];
            let step = decryptor.process(input, output).expect("it decrypts");
            read += step.read;
            written += step.written;
            match step.status {
                Status::Done => break,
                Status::NeedKey => decryptor.unwrap_with(&[&self.kek]).expect("it unwraps"),
                Status::NeedInput if read == self.envelope_len => decryptor.end_input(),
                _ => {}
            }
        }
        decryptor.finish().expect("it is whole");
        assert_eq!(written, self.output.len());
    }
}
