//! What a Rust file declares, imports and mentions.
//!
//! Only the items below are parsed. All other code is a sequence of tokens, because the bodies of macros
//! are nothing else.

use anyhow::Result;
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, Visibility};

/// One module.
#[derive(Default)]
pub struct Module {
    /// The modules that it declares.
    pub children: BTreeMap<String, Child>,
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

impl Import {
    fn new(path: Vec<String>, name: &str, is_public: bool) -> Self {
        Self { path, name: name.to_owned(), is_public }
    }
}

/// A path in the code.
pub struct Mention {
    /// Its names.
    pub path: Vec<String>,
    /// Whether it is the name of a macro that is called.
    pub is_macro: bool,
}

/// Reads a file.
pub fn parse(text: &str) -> Result<Module> {
    Ok(Module::of(syn::parse_file(text)?.items))
}

impl Module {
    fn of(items: Vec<Item>) -> Self {
        let mut module = Self::default();
        for item in items {
            match item {
                Item::Use(item) => module.import(&item),
                Item::Mod(item) => module.child(item),
                Item::Macro(item) => {
                    module.macros.extend(item.ident.as_ref().map(ToString::to_string));
                    module.code(item.mac.to_token_stream());
                }
                other => module.code(other.into_token_stream()),
            }
        }
        module
    }

    fn import(&mut self, item: &ItemUse) {
        if !is_for_tests(&item.attrs) {
            let is_public = !matches!(item.vis, Visibility::Inherited);
            self.names(&item.tree, Vec::new(), is_public);
        }
    }

    /// The names of a `use`.
    fn names(&mut self, tree: &UseTree, mut path: Vec<String>, is_public: bool) {
        let (last, name) = match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                return self.names(&part.tree, path, is_public);
            }
            UseTree::Group(group) => {
                let names = |tree| self.names(tree, path.clone(), is_public);
                return group.items.iter().for_each(names);
            }
            // Its names are unknown, so that it counts even if it is public.
            UseTree::Glob(_) => return self.imports.push(Import::new(path, "*", false)),
            UseTree::Name(name) => (&name.ident, &name.ident),
            UseTree::Rename(names) => (&names.ident, &names.rename),
        };
        if last != "self" {
            path.push(last.to_string());
        }
        let name = if name == "self" { path.last().cloned() } else { Some(name.to_string()) };
        self.imports.push(Import::new(path, &name.unwrap_or_default(), is_public));
    }

    fn child(&mut self, item: ItemMod) {
        if is_for_tests(&item.attrs) {
            return;
        }
        let child = match item.content {
            Some((_, items)) => Child::Inline(Self::of(items)),
            None => Child::File(item.attrs.iter().find_map(path_of)),
        };
        self.children.insert(item.ident.to_string(), child);
    }

    /// Records the paths in a sequence of tokens, except those in tests.
    fn code(&mut self, tokens: TokenStream) {
        let mut tokens = Tokens { list: tokens.into_iter().collect(), at: 0 };
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.code(group.stream()),
                TokenTree::Punct(mark) if mark.as_char() == '\'' => tokens.at += 1, // a lifetime
                TokenTree::Punct(mark) if mark.as_char() == '#' => tokens.skip_attribute(),
                TokenTree::Ident(word) if word == "pub" => {
                    tokens.skip_group(Delimiter::Parenthesis);
                }
                TokenTree::Ident(word) if word == "use" && !tokens.is_mark(0, '<') => {
                    syn::parse2(tokens.statement(word)).iter().for_each(|item| self.import(item));
                }
                TokenTree::Ident(word) => self.mentions.extend(tokens.mention(&word.to_string())),
                _ => {}
            }
        }
    }
}

/// The tokens of one level, and how far they were read.
struct Tokens {
    list: Vec<TokenTree>,
    at: usize,
}

impl Tokens {
    fn next(&mut self) -> Option<TokenTree> {
        self.at += 1;
        self.list.get(self.at - 1).cloned()
    }

    /// Whether `mark` is at this offset from the next token.
    fn is_mark(&self, offset: isize, mark: char) -> bool {
        let token = self.at.checked_add_signed(offset).and_then(|at| self.list.get(at));
        matches!(token, Some(TokenTree::Punct(found)) if found.as_char() == mark)
    }

    fn skip_group(&mut self, delimiter: Delimiter) -> Option<String> {
        match self.list.get(self.at) {
            Some(TokenTree::Group(group)) if group.delimiter() == delimiter => {
                self.at += 1;
                Some(group.to_string())
            }
            _ => None,
        }
    }

    /// Skips an attribute whose `#` was read. If it marks a test, the item is skipped too: up to `;` or
    /// `,`, or a block in braces.
    fn skip_attribute(&mut self) {
        if !self.skip_group(Delimiter::Bracket).is_some_and(|text| is_test_condition(&text)) {
            return;
        }
        while let Some(token) = self.next() {
            match token {
                TokenTree::Punct(mark) if [';', ','].contains(&mark.as_char()) => return,
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return,
                _ => {}
            }
        }
    }

    /// A statement up to its `;`, whose first word was read.
    fn statement(&mut self, first: Ident) -> TokenStream {
        let start = self.at;
        while self.at < self.list.len() && !self.is_mark(-1, ';') {
            self.at += 1;
        }
        let rest = self.list[start..self.at].iter().cloned();
        std::iter::once(TokenTree::Ident(first)).chain(rest).collect()
    }

    fn mention(&mut self, first: &str) -> Option<Mention> {
        let path = self.path(first)?;
        Some(Mention { path, is_macro: self.is_mark(0, '!') })
    }

    /// The rest of a path that begins with `first`; `None` if it is a field, a method, or goes on from
    /// something else.
    fn path(&mut self, first: &str) -> Option<Vec<String>> {
        let goes_on = self.is_mark(-2, '.') || self.is_mark(-2, ':') && self.is_mark(-3, ':');
        let mut path = vec![first.to_owned()];
        while self.is_mark(0, ':') && self.is_mark(1, ':') {
            let Some(TokenTree::Ident(name)) = self.list.get(self.at + 2) else { break };
            path.push(name.to_string());
            self.at += 3;
        }
        (!goes_on).then_some(path)
    }
}

/// Whether one of the attributes is `#[cfg(test)]`, or `#[cfg(all(test, ..))]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| is_test_condition(&attribute.to_token_stream().to_string()))
}

fn is_test_condition(attribute: &str) -> bool {
    let text: String = attribute.split_whitespace().collect();
    text.contains("[cfg(test)]") || text.contains("[cfg(all(test,")
}

/// The file that `#[path = ".."]` names.
fn path_of(attribute: &Attribute) -> Option<String> {
    let meta = attribute.meta.require_name_value().ok()?.to_token_stream().to_string();
    Some(meta.strip_prefix("path = \"")?.trim_end_matches('"').to_owned())
}
