//! Which file uses which, and circles among them.

use anyhow::{Result, bail};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

/// From each file to the files that it uses.
#[derive(Default)]
pub struct Graph(BTreeMap<PathBuf, BTreeSet<PathBuf>>);

impl Graph {
    /// Notes that `from` uses `to`; a file may use itself.
    pub fn add(&mut self, from: &Path, to: &Path) {
        if from != to {
            self.0.entry(from.to_owned()).or_default().insert(to.to_owned());
        }
    }

    /// Adds another graph.
    pub fn merge(&mut self, other: Graph) {
        for (from, to) in other.0 {
            self.0.entry(from).or_default().extend(to);
        }
    }

    /// Checks that there is no circle of any length.
    ///
    /// # Errors
    /// Lists every circle, with paths relative to `root`.
    pub fn check_circles(&self, root: &Path) -> Result<()> {
        let name = |path: &PathBuf| path.strip_prefix(root).unwrap_or(path).display().to_string();
        let show = |circle: &Vec<PathBuf>| {
            circle.iter().chain(circle.first()).map(name).collect::<Vec<_>>().join(" -> ")
        };
        let circles: Vec<String> = self.circles().iter().map(show).collect();
        if circles.is_empty() {
            Ok(())
        } else {
            bail!("circles of files:\n  {}", circles.join("\n  "))
        }
    }

    /// Every pair of a file and one that it uses.
    pub fn edges(&self) -> impl Iterator<Item = (&Path, &Path)> {
        self.0.iter().flat_map(|(from, to)| to.iter().map(|to| (from.as_path(), to.as_path())))
    }

    /// For each set of files that use each other: a shortest circle among them, the first file once.
    fn circles(&self) -> Vec<Vec<PathBuf>> {
        let (mut circles, mut seen) = (Vec::new(), BTreeSet::new());
        for file in self.0.keys() {
            if seen.contains(file) {
                continue;
            }
            if let Some(circle) = self.path_back(file) {
                let around =
                    |other: &&PathBuf| self.reaches(file, other) && self.reaches(other, file);
                seen.extend(self.0.keys().filter(around).cloned());
                circles.push(circle);
            }
        }
        circles
    }

    fn reaches(&self, from: &Path, to: &Path) -> bool {
        self.search(from).contains_key(to)
    }

    /// The shortest way from a file to itself.
    fn path_back(&self, file: &Path) -> Option<Vec<PathBuf>> {
        let came_from = self.search(file);
        let mut path = vec![came_from.get(file)?.clone()];
        while path.last().is_some_and(|last| last != file) {
            path.push(came_from.get(path.last()?)?.clone());
        }
        path.reverse();
        Some(path)
    }

    /// Every file that can be reached from `start`, with the one before it on a shortest way.
    fn search(&self, start: &Path) -> BTreeMap<PathBuf, PathBuf> {
        let (mut came_from, mut queue) = (BTreeMap::new(), VecDeque::from([start.to_owned()]));
        while let Some(file) = queue.pop_front() {
            for next in self.0.get(&file).into_iter().flatten() {
                if !came_from.contains_key(next) {
                    came_from.insert(next.clone(), file.clone());
                    queue.push_back(next.clone());
                }
            }
        }
        came_from
    }
}

#[cfg(test)]
mod tests {
    use super::Graph;
    use std::path::{Path, PathBuf};

    fn graph(edges: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::default();
        for (from, to) in edges {
            graph.add(Path::new(from), Path::new(to));
        }
        graph
    }

    #[test]
    fn a_tree_has_no_circle() {
        let graph = graph(&[("a", "b"), ("a", "c"), ("b", "c"), ("c", "c")]);
        assert!(graph.circles().is_empty());
    }

    #[test]
    fn each_set_of_files_is_told_once_by_its_shortest_circle() {
        let graph = graph(&[
            ("a", "b"),
            ("b", "c"),
            ("c", "a"),
            ("b", "a"),
            ("x", "y"),
            ("y", "x"),
            ("a", "x"),
        ]);
        let names = |circle: &[&str]| circle.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert_eq!(graph.circles(), [names(&["a", "b"]), names(&["x", "y"])]);
    }
}
