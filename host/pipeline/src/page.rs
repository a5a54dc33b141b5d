//! `[page]`: the looks of the page.

use std::path::Path;

use super::reader::{Problem, Read, Table, Value};
use super::shown_settings::PageSettings;
use super::source::path_in;
use super::values::line;

pub(super) fn read_page(root: &mut Table<'_>, folder: &Path) -> PageSettings {
    let Some(mut table) = root.section("page") else { return PageSettings::default() };
    let logo = table.optional("logo", path_in(folder));
    let accent = table.optional("accent", accent);
    table.finish();
    PageSettings { logo, accent }
}

/// A colour as `#rrggbb`: it becomes part of a style.
fn accent(value: &Value<'_>) -> Read<String> {
    let text = line(value)?;
    let digits = text.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(Problem::new(format!("is not a colour: `{text}`"))
        .hint("write `#` and six hexadecimal digits, as in \"#0072b2\""))
}
