//! The tables of all benchmarks: programs print cells separated by tabs, and this makes Markdown.

/// The text with columns of equal width; lines without a tab stay as they are.
pub fn aligned(text: &str) -> String {
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    let is_table = |row: &&Vec<&str>| row.len() > 1;
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column| {
        let cells = rows.iter().filter(is_table).filter_map(|row| row.get(column));
        cells.map(|cell: &&str| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let rules = rules.iter().map(String::as_str).collect();
    let mut rule = Some(line(&rules, &widths));
    let mut lines = Vec::new();
    for row in &rows {
        if is_table(&row) {
            lines.push(line(row, &widths));
            lines.extend(rule.take());
        } else {
            lines.push(row.concat());
        }
    }
    lines.join("\n") + "\n"
}

fn line(cells: &Vec<&str>, widths: &[usize]) -> String {
    let cells = cells.iter().zip(widths).map(|(cell, width)| format!(" {cell:width$} |"));
    cells.fold("|".to_owned(), |line, cell| line + &cell)
}

#[cfg(test)]
mod tests {
    #[test]
    fn cells_become_columns_below_the_first_line() {
        let text = "Measured:\n\nwhat\tspeed\nencrypt\t≥ 1\n";
        let expected =
            "Measured:\n\n| what    | speed |\n| ------- | ----- |\n| encrypt | ≥ 1   |\n";
        assert_eq!(super::aligned(text), expected);
    }
}
