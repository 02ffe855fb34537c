//! Finding whole words in a line of code.

/// The positions of `word` in `line` where it is not part of a longer name.
pub fn positions<'a>(line: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    line.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = line[..*at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    })
}

fn is_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_longer_names_are_not_words() {
        assert_eq!(
            positions("unsafe_code unsafe { x } un_unsafe", "unsafe").collect::<Vec<_>>(),
            [12]
        );
    }
}
