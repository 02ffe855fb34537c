//! Sizes as people write them.

/// Reads a number of bytes with an optional K, M, G or T (powers of 1,024).
pub fn parse(text: &str) -> Result<u64, String> {
    let digits_len = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(digits_len);
    let number: u64 = digits.parse().map_err(|_| format!("{text} starts with no number"))?;
    number.checked_mul(factor(unit)?).ok_or_else(|| format!("{text} is too large"))
}

fn factor(unit: &str) -> Result<u64, String> {
    match unit.to_ascii_uppercase().trim_end_matches('B').trim_end_matches('I') {
        "" => Ok(1),
        "K" => Ok(1 << 10),
        "M" => Ok(1 << 20),
        "G" => Ok(1 << 30),
        "T" => Ok(1 << 40),
        _ => Err(format!("{unit} is none of K, M, G, T")),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn units_are_powers_of_1024() {
        assert_eq!(parse("7"), Ok(7));
        assert_eq!(parse("256M"), Ok(256 << 20));
        assert_eq!(parse("1GiB"), Ok(1 << 30));
        assert_eq!(parse("3kb"), Ok(3 << 10));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "M", "-1", "1X", "99999999999T"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
