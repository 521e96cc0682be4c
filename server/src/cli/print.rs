//! Answers on standard output: lines, tables, JSON.

use std::io::Write;

use serde_json::Value;

use super::failure::Failure;

/// Writes one line.
pub(super) fn line(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|error| Failure::output(&error))
}

/// Writes JSON for people and programs.
pub(super) fn json(value: &Value) -> Result<(), Failure> {
    line(&format!("{value:#}"))
}

/// Says something to the person beside the answer, on standard error.
pub(super) fn remark(text: &str) {
    eprintln!("{text}");
}

/// Rows under headings, each column as wide as its widest text.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = headings.map(|heading| heading.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let written = |row: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<String> = row.zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![written(&mut headings.into_iter())];
    lines.extend(rows.iter().map(|row| written(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_whatever_the_letters() {
        let rows = [
            ["1".to_owned(), "Zoë".to_owned(), "x".to_owned()],
            ["10".to_owned(), "Al".to_owned(), String::new()],
        ];
        assert_eq!(table(["ID", "NAME", "E-MAIL"], &rows), "ID  NAME  E-MAIL\n1   Zoë   x\n10  Al");
    }
}
