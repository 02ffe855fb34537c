//! The output of `Debug` and `Display` of the library's types.

use std::fmt::Debug;

/// What was printed, by the name of the type.
#[derive(Default)]
pub struct Printed(pub Vec<(String, String)>);

impl Printed {
    pub fn add<T: Debug>(&mut self, name: &str, value: &T) {
        self.0.push((name.to_owned(), format!("{value:?}\n{value:#?}")));
    }

    pub fn add_error(&mut self, name: &str, error: &(dyn std::error::Error + 'static)) {
        self.0.push((name.to_owned(), format!("{error}\n{error:?}\n{error:#?}")));
        if let Some(cause) = error.source() {
            self.add_error(name, cause);
        }
    }
}
