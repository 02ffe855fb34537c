//! The words of a Rust file that tell what it declares and what it uses.

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};

/// Words behind which a name is defined.
const DEFINING: [&str; 8] = ["const", "enum", "fn", "static", "struct", "trait", "type", "union"];

/// One module.
#[derive(Default)]
pub struct Module {
    /// The modules that it declares.
    pub children: BTreeMap<String, Child>,
    /// What it defines, and what is defined in there.
    pub names: BTreeSet<String>,
    /// The macros that it defines.
    pub macros: BTreeSet<String>,
    /// What it imports.
    pub imports: Vec<Import>,
    /// The paths in its code.
    pub mentions: Vec<Mention>,
}

/// Where a declared module is.
pub enum Child {
    /// In braces.
    Inline(Module),
    /// In a file, which an attribute may name.
    File(Option<String>),
}

/// One name of a `use`.
pub struct Import {
    /// What it leads to; for `*`, the module.
    pub path: Vec<String>,
    /// What it is called here; `*` for everything.
    pub name: String,
    /// Whether others see it.
    pub is_public: bool,
}

/// A path in the code.
pub struct Mention {
    /// Its names.
    pub path: Vec<String>,
    /// Whether a macro is called by it.
    pub is_macro: bool,
}

/// Reads a file.
pub fn parse(text: &str) -> Result<Module> {
    let tokens: TokenStream = text.parse().map_err(|error| anyhow!("{error}"))?;
    let mut module = Module::default();
    module.read(tokens);
    Ok(module)
}

/// The tokens of one level, and how far they were read.
struct Tokens {
    list: Vec<TokenTree>,
    at: usize,
}

impl Module {
    fn read(&mut self, tokens: TokenStream) {
        let mut tokens = Tokens { list: tokens.into_iter().collect(), at: 0 };
        let (mut is_public, mut file) = (false, None);
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == '#' => {
                    let attribute = tokens.attribute();
                    if is_for_tests(&attribute) {
                        tokens.skip_item();
                    } else if let Some(path) = attribute.strip_prefix("[path = \"") {
                        file = path.split('"').next().map(str::to_owned);
                    }
                    continue;
                }
                TokenTree::Ident(word) if word == "pub" => {
                    tokens.skip_group(Delimiter::Parenthesis);
                    is_public = true;
                    continue;
                }
                TokenTree::Ident(word) => {
                    self.word(&word.to_string(), &mut tokens, is_public, file.take())
                }
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Punct(mark) if mark.as_char() == '\'' => tokens.at += 1, // a lifetime
                _ => {}
            }
            is_public = false;
        }
    }

    fn word(&mut self, word: &str, tokens: &mut Tokens, is_public: bool, file: Option<String>) {
        match word {
            "use" if !tokens.is_mark('<') => {
                let mut imports = Vec::new();
                tokens.use_tree(&mut Vec::new(), &mut imports);
                self.imports.extend(imports.into_iter().map(|(path, name)| Import {
                    path,
                    name,
                    is_public,
                }));
            }
            "mod" => self.child(tokens, file),
            "macro_rules" => {
                tokens.at += 1; // the exclamation mark
                self.macros.extend(tokens.name());
            }
            _ if DEFINING.contains(&word) => self.names.extend(tokens.peek_name()),
            _ => {
                let path = tokens.path(word);
                let is_macro = tokens.is_mark('!');
                self.mentions.extend(path.map(|path| Mention { path, is_macro }));
            }
        }
    }

    fn child(&mut self, tokens: &mut Tokens, file: Option<String>) {
        let Some(name) = tokens.name() else { return };
        let child = match tokens.next() {
            Some(TokenTree::Group(group)) => {
                let mut inner = Module::default();
                inner.read(group.stream());
                Child::Inline(inner)
            }
            _ => Child::File(file),
        };
        self.children.insert(name, child);
    }
}

impl Tokens {
    fn next(&mut self) -> Option<TokenTree> {
        self.at += 1;
        self.list.get(self.at - 1).cloned()
    }

    fn is_mark(&self, mark: char) -> bool {
        matches!(self.list.get(self.at), Some(TokenTree::Punct(found)) if found.as_char() == mark)
    }

    fn is_colons(&self) -> bool {
        let is_colon = |at: usize| matches!(self.list.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
        is_colon(self.at) && is_colon(self.at + 1)
    }

    fn peek_name(&self) -> Option<String> {
        match self.list.get(self.at) {
            Some(TokenTree::Ident(name)) => Some(name.to_string()),
            _ => None,
        }
    }

    fn name(&mut self) -> Option<String> {
        let name = self.peek_name()?;
        self.at += 1;
        Some(name)
    }

    fn skip_group(&mut self, delimiter: Delimiter) {
        if matches!(self.list.get(self.at), Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
        {
            self.at += 1;
        }
    }

    /// The text of an attribute, whose `#` was read.
    fn attribute(&mut self) -> String {
        if self.is_mark('!') {
            self.at += 1;
        }
        match self.list.get(self.at) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
                self.at += 1;
                group.to_string()
            }
            _ => String::new(), // of a macro's pattern
        }
    }

    /// Passes over what an attribute belongs to: up to a `;` or a `,`, or a block in braces.
    fn skip_item(&mut self) {
        let mut is_use = false;
        while let Some(token) = self.next() {
            match token {
                TokenTree::Ident(word) if word == "use" => is_use = true,
                TokenTree::Punct(mark) if mark.as_char() == ';' || mark.as_char() == ',' => return,
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !is_use => {
                    return;
                }
                _ => {}
            }
        }
    }

    /// The rest of a path that begins with `first`; `None` if it is a field, a method, or goes on from
    /// something else.
    fn path(&mut self, first: &str) -> Option<Vec<String>> {
        let before = self.at.checked_sub(2).and_then(|at| self.list.get(at));
        let goes_on = matches!(before, Some(TokenTree::Punct(mark)) if mark.as_char() == '.')
            || matches!(before, Some(TokenTree::Punct(mark)) if mark.as_char() == ':')
                && self.is_behind_colons();
        let mut path = vec![first.to_owned()];
        while self.is_colons() {
            let Some(TokenTree::Ident(name)) = self.list.get(self.at + 2) else { break };
            path.push(name.to_string());
            self.at += 3;
        }
        (!goes_on).then_some(path)
    }

    /// Whether `::` stands before the word that was read last.
    fn is_behind_colons(&self) -> bool {
        let earlier = self.at.checked_sub(3).and_then(|at| self.list.get(at));
        matches!(earlier, Some(TokenTree::Punct(mark)) if mark.as_char() == ':')
    }

    /// The names of a `use` or of one of its groups, up to its end.
    fn use_tree(&mut self, prefix: &mut Vec<String>, found: &mut Vec<(Vec<String>, String)>) {
        let base = prefix.len();
        let mut alias = None;
        while let Some(token) = self.next() {
            match token {
                TokenTree::Ident(word) if word == "as" => alias = self.name(),
                TokenTree::Ident(word) => prefix.push(word.to_string()),
                TokenTree::Punct(mark) if mark.as_char() == '*' => prefix.push("*".to_owned()),
                TokenTree::Punct(mark) if mark.as_char() == ',' || mark.as_char() == ';' => {
                    emit(prefix, base, alias.take(), found);
                    if mark.as_char() == ';' {
                        return;
                    }
                }
                TokenTree::Group(group) => {
                    let mut inner = Tokens { list: group.stream().into_iter().collect(), at: 0 };
                    inner.use_tree(prefix, found);
                    prefix.truncate(base);
                }
                _ => {}
            }
        }
        emit(prefix, base, alias, found);
    }
}

/// Adds the path of one name and forgets its own part of it.
fn emit(
    prefix: &mut Vec<String>,
    base: usize,
    alias: Option<String>,
    found: &mut Vec<(Vec<String>, String)>,
) {
    if prefix.len() > base {
        let mut path = prefix.clone();
        let is_group_itself = path.len() > 1 && path.last().is_some_and(|last| last == "self");
        let name = if is_group_itself || path.last().is_some_and(|last| last == "*") {
            let last = path.pop().unwrap_or_default();
            if last == "*" { last } else { path.last().cloned().unwrap_or_default() }
        } else {
            path.last().cloned().unwrap_or_default()
        };
        found.push((path, alias.unwrap_or(name)));
    }
    prefix.truncate(base);
}

/// Whether an attribute is `#[cfg(test)]`, or `#[cfg(all(test, ..))]`.
fn is_for_tests(attribute: &str) -> bool {
    let attribute: String = attribute.split_whitespace().collect();
    attribute == "[cfg(test)]" || attribute.starts_with("[cfg(all(test,")
}
