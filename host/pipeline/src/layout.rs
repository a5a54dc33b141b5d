//! `[[layout]]`: places of tiles for panels of anything else than the provinces of China.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::reader::{Problem, Read, Table, Value};
use super::shown_settings::{LayoutSettings, LayoutUnit};
use super::texts::{Texts, short, texts};
use super::values::whole;

/// The most layouts of one pipeline.
const LAYOUTS_MAX: usize = 16;

/// The most tiles of one layout.
const UNITS_MAX: usize = 500;

/// The last row and the last column.
const PLACE_MAX: u64 = 99;

/// The most other keys of one tile.
const ALIASES_MAX: usize = 32;

/// The longest name, key or text, in characters.
const CHARS_MAX: usize = 200;

const UNIT: &str =
    "{ key = \"s1\", text = { zh = \"一号店\", en = \"Store 1\" }, row = 0, column = 1 }";

/// Reads all `[[layout]]` tables in written order.
pub(super) fn read_layouts(root: &mut Table<'_>) -> Vec<LayoutSettings> {
    let Some(items) = root.optional("layout", list_of_tables) else { return Vec::new() };
    let mut names = Vec::new();
    let tables = items.iter().filter_map(|item| item.read(Value::table));
    tables.filter_map(|table| read(table, &mut names)).collect()
}

fn list_of_tables<'a>(value: &Value<'a>) -> Read<Vec<Value<'a>>> {
    if let DeValue::Table(_) = value.data() {
        return Err(Problem::new("must be a list of tables").label("write `[[layout]]`"));
    }
    let items = value.items()?;
    if items.len() > LAYOUTS_MAX {
        let count = items.len();
        return Err(Problem::new(format!("has {count} layouts, more than {LAYOUTS_MAX}")));
    }
    Ok(items)
}

fn read(mut table: Table<'_>, names: &mut Vec<String>) -> Option<LayoutSettings> {
    let name = table.required("name", "\"stores\"", |value| {
        let name = short(CHARS_MAX)(value)?;
        if names.contains(&name) {
            return Err(Problem::new(format!("is `{name}`, which another layout has already"))
                .hint("give each layout a name of its own"));
        }
        names.push(name.clone());
        Ok(name)
    });
    let units = table.required("units", &format!("[{UNIT}]"), units);
    table.finish();
    Some(LayoutSettings { name: name?, units: units? })
}

/// What is taken by the tiles so far, with the key of who has it.
#[derive(Default)]
struct Taken {
    keys: BTreeMap<String, String>,
    places: BTreeMap<(u32, u32), String>,
}

fn units(value: &Value<'_>) -> Read<Vec<LayoutUnit>> {
    let items = value.items().map_err(|problem| problem.hint(format!("as in [{UNIT}]")))?;
    if items.is_empty() {
        return Err(Problem::new("has no tile").hint(format!("as in [{UNIT}]")));
    }
    if items.len() > UNITS_MAX {
        let count = items.len();
        return Err(Problem::new(format!("has {count} tiles, more than {UNITS_MAX}"))
            .hint("tiles that small show nothing; make several layouts, each for a panel"));
    }
    let mut taken = Taken::default();
    let tables = items.iter().filter_map(|item| Some((item, item.read(Value::table)?)));
    Ok(tables.filter_map(|(item, table)| unit(table, item, &mut taken)).collect())
}

fn unit(mut table: Table<'_>, item: &Value<'_>, taken: &mut Taken) -> Option<LayoutUnit> {
    let key = table.required("key", "\"s1\"", |value| taken.key(value, None));
    let own = key.clone().unwrap_or_default();
    let text = table.value("text").map(|value| {
        value.read(|value| texts(value, short(CHARS_MAX), "{ zh = \"一号店\", en = \"Store 1\" }"))
    });
    let place = |value: &Value<'_>| whole(0..=PLACE_MAX)(value).map(|place| place as u32);
    let row = table.required("row", "0", place);
    let column = table.required("column", "1", place);
    let aliases = table.or("aliases", Vec::new(), |value| aliases(value, &own, taken));
    table.finish();
    let (key, row, column) = (key?, row?, column?);
    if let Some(other) = taken.places.insert((row, column), key.clone()) {
        let message = format!("is at row {row}, column {column}, where tile `{other}` is already");
        item.report(Problem::new(message).hint("give each tile a place of its own"));
        return None;
    }
    let text = match text {
        None => ["zh", "en"].map(|language| (language.to_owned(), key.clone())).into(),
        Some(read) => read.flatten().unwrap_or_else(Texts::new),
    };
    Some(LayoutUnit { key, text, row, column, aliases })
}

fn aliases(value: &Value<'_>, own: &str, taken: &mut Taken) -> Read<Vec<String>> {
    let items = value.items().map_err(|problem| problem.hint("as in [\"S-001\"]"))?;
    if items.len() > ALIASES_MAX {
        let count = items.len();
        return Err(Problem::new(format!("has {count} aliases, more than {ALIASES_MAX}")));
    }
    Ok(items.iter().filter_map(|item| item.read(|item| taken.key(item, Some(own)))).collect())
}

impl Taken {
    /// A key that no tile has, of the tile `own` or of a new one.
    fn key(&mut self, value: &Value<'_>, own: Option<&str>) -> Read<String> {
        let key = short(CHARS_MAX)(value)?;
        if let Some(other) = self.keys.get(&key) {
            return Err(Problem::new(format!("is `{key}`, which tile `{other}` has already"))
                .hint("each key and each alias belongs to one tile"));
        }
        self.keys.insert(key.clone(), own.unwrap_or(&key).to_owned());
        Ok(key)
    }
}
