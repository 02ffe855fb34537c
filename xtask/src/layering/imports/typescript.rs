//! What TypeScript and JavaScript files import of each other.

use crate::layering::graph::Graph;
use crate::layering::source;
use anyhow::Result;
use std::path::{Component, Path, PathBuf};

const ENDINGS: [&str; 4] = ["ts", "mts", "js", "mjs"];

/// The imports among the files of a folder.
pub fn graph(folder: &Path) -> Result<Graph> {
    let mut graph = Graph::default();
    for file in source::files(folder, &ENDINGS)? {
        for import in imports(&source::read(&file)?) {
            find(&file, &import).iter().for_each(|used| graph.add(&file, used));
        }
    }
    Ok(graph)
}

/// The relative paths behind `from`, `import` and `import(`.
fn imports(text: &str) -> Vec<String> {
    let code: Vec<&str> = source::code_lines(text).map(|(_, line)| line).collect();
    let code = code.join("\n");
    let mut parts = code.split(['"', '\'']);
    let mut before = parts.next().unwrap_or_default();
    let mut found = Vec::new();
    for part in parts {
        let is_import =
            ["from", "import", "import("].iter().any(|word| before.trim_end().ends_with(word));
        if is_import && part.starts_with('.') {
            found.push(part.to_owned());
        }
        before = part;
    }
    found
}

/// The file behind an import; types are imported by the name that the compiled file has.
fn find(importing: &Path, import: &str) -> Option<PathBuf> {
    let path = plain(&importing.parent()?.join(import));
    let endings = ENDINGS.iter().map(|ending| path.with_extension(ending));
    let index = std::iter::once(path.join("index.ts"));
    std::iter::once(path.clone()).chain(endings).chain(index).find(|path| path.is_file())
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_import_is_seen_and_strings_are_not() {
        let text = "import { a } from \"./a.js\";\nimport type {\n  B,\n} from './b.js';\nimport \"./c.js\";\n\
                    const d = await import(\"../d.js\");\nexport * from \"./e.js\";\n// import \"./f.js\";\n\
                    import g from \"g\";\nconst text = \"./h.js\";\n";
        assert_eq!(imports(text), ["./a.js", "./b.js", "./c.js", "../d.js", "./e.js"]);
    }

    #[test]
    fn files_are_found_by_the_names_that_they_will_have() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("inner")).unwrap();
        for (name, text) in [("a.ts", "import './inner/b.js'"), ("inner/b.ts", "import '../a.js'")]
        {
            std::fs::write(path(name), text).unwrap();
        }
        let circles = graph(folder.path()).unwrap().circles();
        assert_eq!(circles, [vec![path("a.ts"), path("inner/b.ts")]]);
    }
}
