//! The README as it is installed: its relative links lead to files that are not.

/// Where the sources are for everybody.
const SOURCES: &str = "https://github.com/sealwax/sealwax/blob/main";

/// Turns the relative links of a Markdown file in `folder` of the sources into absolute ones.
pub fn with_absolute_links(text: &str, folder: &str) -> String {
    let mut parts = text.split("](");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result += "](";
        let (target, rest) = part.split_at(part.find(')').unwrap_or(0));
        if is_relative(target) {
            result += &absolute(target, folder);
        } else {
            result += target;
        }
        result += rest;
    }
    result
}

/// The links of a Markdown file that lead to files beside it.
pub fn relative_links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|part| part.split_once(')'));
    targets.map(|(target, _)| target).filter(|target| is_relative(target)).collect()
}

fn is_relative(target: &str) -> bool {
    !target.is_empty() && !target.contains("://") && !target.starts_with(['#', '/'])
}

/// The place of `target`, seen from `folder`, among the sources.
fn absolute(target: &str, folder: &str) -> String {
    let mut path: Vec<&str> = folder.split('/').collect();
    for part in target.split('/') {
        match part {
            ".." => drop(path.pop()),
            "." | "" => {}
            part => path.push(part),
        }
    }
    format!("{SOURCES}/{}", path.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{relative_links, with_absolute_links};

    #[test]
    fn links_lead_to_the_sources() {
        let text = "[a](../core/spec/F.md) b [c](tests/) [d](#e) [f](https://g/h) [i](x.c#L3)";
        let base = super::SOURCES;
        let absolute = with_absolute_links(text, "bindings-c");
        assert_eq!(
            absolute,
            format!(
                "[a]({base}/core/spec/F.md) b [c]({base}/bindings-c/tests) [d](#e) [f](https://g/h) \
                 [i]({base}/bindings-c/x.c#L3)"
            )
        );
        assert_eq!(relative_links(text), ["../core/spec/F.md", "tests/", "x.c#L3"]);
        assert!(relative_links(&absolute).is_empty());
    }
}
