//! Measures the Rust core and, in a child process, the C library, OpenSSL and libsodium, in turn
//! on buffers of the same size; prints the table of BENCH.md. `cargo xtask bench c` runs it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use sealwax::{
    DecryptOptions, Decryptor, EncryptOptions, Encryptor, Kek, KeyProvider, LocalKek, Status,
    SysRng,
};

/// Plaintext of one measurement, in bytes.
const LEN: usize = 256 << 20;
/// The same in megabytes.
const MEGABYTES: f64 = 268.435_456;
/// What a stream is given and gives at once, in bytes.
const PIECE: usize = 256 << 10;
const ROUNDS: usize = 7;

/// What is measured, by the names of the C program.
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

fn main() {
    let program = std::env::args().nth(1).expect("usage: compare PATH_OF_THE_C_PROGRAM");
    let (mut c, mut core) = (Peer::start(&program), Core::new());
    let (mut of_core, mut of_c) = (vec![Vec::new(); 4], vec![Vec::new(); CASES.len()]);
    for round in 0..=ROUNDS {
        for (index, case) in CASES.iter().enumerate() {
            let theirs = c.measure(case);
            let ours = (index < 4).then(|| core.measure(case));
            if round == 0 {
                continue; // to warm up
            }
            of_c[index].push(theirs);
            if let Some(ours) = ours {
                of_core[index].push(ours);
            }
        }
    }
    print_table(&of_core, &of_c);
}

fn print_table(of_core: &[Vec<f64>], of_c: &[Vec<f64>]) {
    let rate = |seconds: &[f64]| MEGABYTES / median(seconds);
    println!("| 256 MiB, one thread | Rust core | C | C / core | OpenSSL EVP | libsodium |");
    println!("|---|---|---|---|---|---|");
    for index in 0..4 {
        let (core, c) = (rate(&of_core[index]), rate(&of_c[index]));
        let (evp, sodium) = (rate(&of_c[4 + index % 2]), rate(&of_c[6 + index % 2]));
        println!(
            "| {} | {core:.0} MB/s | {c:.0} MB/s | {:.3} | {evp:.0} MB/s (C is {:.2} times as fast) | {sodium:.0} MB/s ({:.1} times) |",
            CASES[index],
            c / core,
            c / evp,
            c / sodium
        );
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The C program, which measures what it is told and answers in nanoseconds.
struct Peer {
    _child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    fn start(program: &str) -> Self {
        let mut child = Command::new(program)
            .args([LEN.to_string(), PIECE.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the C program starts");
        let requests = child.stdin.take().expect("it has an input");
        let answers = BufReader::new(child.stdout.take().expect("it has an output"));
        Peer { _child: child, requests, answers }
    }

    fn measure(&mut self, case: &str) -> f64 {
        writeln!(self.requests, "{case}").expect("the C program listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the C program answers");
        line.trim().parse::<f64>().expect("it answers with a number") / 1e9
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
    fn new() -> Self {
        let kek = Kek::generate(&mut SysRng).expect("random bytes");
        let kek = LocalKek::new(kek, "bench").expect("a key id");
        let room = LEN + LEN / 512 + 8192;
        let (plaintext, envelope, output) = (vec![7; LEN], vec![1; room], vec![1; LEN]);
        Core { kek, plaintext, envelope, envelope_len: 0, output }
    }

    fn measure(&mut self, case: &str) -> f64 {
        let start = Instant::now();
        match case {
            "oneshot-encrypt" => self.encrypt(),
            "oneshot-decrypt" => self.decrypt(),
            "stream-encrypt" => self.encrypt_stream(),
            _ => self.decrypt_stream(),
        }
        start.elapsed().as_secs_f64()
    }

    fn encrypt(&mut self) {
        let (options, out) = (EncryptOptions::new(), &mut self.envelope);
        let len = sealwax::encrypt_into(&self.plaintext, &[&self.kek], &options, out);
        self.envelope_len = len.expect("it encrypts");
    }

    fn decrypt(&mut self) {
        let (options, envelope) = (DecryptOptions::new(), &self.envelope[..self.envelope_len]);
        let len = sealwax::decrypt_into(envelope, &[&self.kek], &options, &mut self.output);
        assert_eq!(len.expect("it decrypts"), LEN);
    }

    fn encrypt_stream(&mut self) {
        let dek = sealwax::Dek::generate(&mut SysRng).expect("random bytes");
        let mut encryptor =
            Encryptor::new(&dek, &EncryptOptions::new(), &mut SysRng).expect("it starts");
        let key = self.kek.wrap(&dek, encryptor.context()).expect("it wraps");
        encryptor.add_wrapped_key(key).expect("it takes the key");
        let (mut read, mut written) = (0, 0);
        loop {
            let input = &self.plaintext[read..LEN.min(read + PIECE)];
            let room = written + PIECE;
            let step = encryptor
                .process(input, &mut self.envelope[written..room.min(LEN + LEN / 512 + 8192)]);
            let step = step.expect("it encrypts");
            read += step.read;
            written += step.written;
            match step.status {
                Status::Done => break,
                Status::NeedInput if read == LEN => encryptor.end_input(),
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
            let room = LEN.min(written + PIECE);
            let step = decryptor.process(input, &mut self.output[written..room]);
            let step = step.expect("it decrypts");
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
        assert_eq!(written, LEN);
    }
}
