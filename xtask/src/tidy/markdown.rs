//! Tables of a Markdown file, found by their heading and their columns.

use super::finding::Finding;

/// A row of a table, with the line it stands on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
}

/// The rows of the table with these columns below a heading of the second level.
pub(super) fn table(
    file: &str,
    text: &str,
    heading: &str,
    columns: &[&str],
) -> Result<Vec<Row>, Finding> {
    let missing = |line, fault: String| {
        let header = columns.join(" | ");
        let remedy = format!("the rules are read from a table `| {header} |` below `## {heading}`");
        Finding::new(file, line, fault, remedy)
    };
    let mut lines = (1..).zip(text.lines());
    let (start, _) = lines
        .by_ref()
        .find(|(_, line)| line.strip_prefix("## ").is_some_and(|title| title.trim() == heading))
        .ok_or_else(|| missing(1, format!("there is no heading `## {heading}`")))?;
    let section: Vec<(usize, &str)> =
        lines.take_while(|(_, line)| !line.starts_with("## ")).collect();
    let head = section.iter().position(|(_, line)| cells(line) == columns);
    let head = head.ok_or_else(|| missing(start, format!("`## {heading}` has no such table")))?;
    let rows: Vec<Row> = section[head + 1..]
        .iter()
        .take_while(|(_, line)| line.trim_start().starts_with('|'))
        .map(|(number, line)| Row { line: *number, cells: cells(line) })
        .filter(|row| !is_rule(row))
        .collect();
    match rows.iter().find(|row| row.cells.len() != columns.len()) {
        Some(row) => Err(missing(row.line, format!("a row has {} cells", row.cells.len()))),
        None => Ok(rows),
    }
}

/// All words in backticks.
pub(super) fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Words in backticks with commas between them, and nothing else.
pub(super) fn quoted_list(cell: &str) -> Option<Vec<String>> {
    let word = |part: &str| {
        let word = part.trim().strip_prefix('`')?.strip_suffix('`')?;
        (!word.is_empty() && !word.contains('`')).then(|| word.to_owned())
    };
    cell.split(',').map(word).collect()
}

fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let Some(inner) = line.strip_prefix('|') else { return Vec::new() };
    inner.strip_suffix('|').unwrap_or(inner).split('|').map(|c| c.trim().to_owned()).collect()
}

/// The row of dashes below the names of the columns.
fn is_rule(row: &Row) -> bool {
    row.cells.iter().all(|cell| cell.contains('-') && cell.chars().all(|c| "-: ".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# A\n\n## One\n\n| a | b |\n|---|:-:|\n| `x`, `y` | 2 |\n\nend\n\n\
        ## Two\n| c |\n|---|\n";

    #[test]
    fn a_table_is_found_below_its_heading() {
        let row = Row { line: 7, cells: vec!["`x`, `y`".to_owned(), "2".to_owned()] };
        assert_eq!(table("A.md", TEXT, "One", &["a", "b"]), Ok(vec![row]));
        assert_eq!(table("A.md", TEXT, "Two", &["c"]), Ok(vec![]));
    }

    #[test]
    fn a_missing_heading_table_or_cell_is_a_finding() {
        let fault = |text, heading, columns: &[&str]| {
            let finding = table("A.md", text, heading, columns).expect_err("it is not there");
            format!("{}: {}", finding.line, finding.fault)
        };
        assert_eq!(fault(TEXT, "Three", &["a"]), "1: there is no heading `## Three`");
        assert_eq!(fault(TEXT, "One", &["c"]), "3: `## One` has no such table");
        let short = TEXT.replace(" | 2 |", " |");
        assert_eq!(fault(&short, "One", &["a", "b"]), "7: a row has 1 cells");
    }

    #[test]
    fn words_in_backticks_are_read() {
        assert_eq!(quoted("`a` (the binary), `b`"), ["a", "b"]);
        assert_eq!(quoted_list("`a`, `b`"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(quoted_list("`a`; never `b`"), None);
        assert_eq!(quoted_list("a"), None);
    }
}
