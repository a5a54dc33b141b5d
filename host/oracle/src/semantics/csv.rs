//! The cells of one CSV row. A quote at the start of a cell opens the cell; inside, two quotes are
//! one, and a comma or a line end is text; after the closing quote, and in a cell that does not
//! start with a quote, everything up to the next comma is taken as text.

/// The meaning of the next character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The start of a cell.
    Start,
    /// Inside a cell without quotes, or behind the closing one.
    Plain,
    Quoted,
    /// Behind a quote inside quotes, which closes the cell or is the first of two.
    Quote,
}

/// The cells of the row `text`, with or without a line end. `None` means that a quote stays open,
/// or that `text` has more than one row.
pub(super) fn cells(text: &str) -> Option<Vec<String>> {
    let row = text.strip_suffix('\n').unwrap_or(text);
    let row = row.strip_suffix('\r').unwrap_or(row);
    let (mut cells, mut cell, mut place) = (Vec::new(), String::new(), Place::Start);
    for character in row.chars() {
        place = match (place, character) {
            (Place::Start, '"') => Place::Quoted,
            (Place::Quoted, '"') => Place::Quote,
            (Place::Quoted, _) | (Place::Quote, '"') => {
                cell.push(character);
                Place::Quoted
            }
            (_, ',') => {
                cells.push(std::mem::take(&mut cell));
                Place::Start
            }
            (_, '\r' | '\n') => return None,
            _ => {
                cell.push(character);
                Place::Plain
            }
        };
    }
    cells.push(cell);
    (place != Place::Quoted).then_some(cells)
}
