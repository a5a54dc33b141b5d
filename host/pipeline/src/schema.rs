//! `[schema]`: the fields of a record, and `[event_time]`, which names some of them.

use std::time::Duration;

use chrono_tz::Tz;
use streamgauge_core::{Field, FieldType, Schema, TimestampUnit, Year};
use toml::de::DeValue;

use super::diagnostic::Diagnostic;
use super::event_time_settings::{EventTimeFields, EventTimeSettings, OFF};
use super::reader::{Problem, Read, Table, Value};
use super::suggest::list;
use super::values::{duration, instant, line, one_of, whole};
use super::zone::zone;

/// The longest name of a field, in characters.
const FIELD_NAME_CHARS_MAX: usize = 128;

/// 1980-01-01 in UTC: an earlier instant is more likely a number that was cut short.
const EARLIEST: i64 = 315_532_800_000;

const DAY: Duration = Duration::from_hours(24);
const YEAR: Duration = Duration::from_hours(24 * 365);

/// Names that other systems have for these types.
const TYPE_ALIASES: [(&str, &str); 7] = [
    ("string", "text"),
    ("str", "text"),
    ("double", "float"),
    ("number", "float"),
    ("uint", "unsigned"),
    ("long", "integer"),
    ("datetime", "timestamp"),
];

/// The fields as written; a field without a type had a fault that was reported.
pub(super) struct WrittenFields {
    types: Vec<(String, Option<FieldType>)>,
    /// The schema, if no field had a fault.
    pub(super) schema: Option<Schema>,
}

impl WrittenFields {
    /// Refuses a name that no field has.
    pub(super) fn check(&self, name: &str) -> Read<()> {
        let names = self.types.iter().map(|(name, _)| name.as_str());
        if self.types.is_empty() || names.clone().any(|known| known == name) {
            return Ok(());
        }
        let known = list(&names.clone().collect::<Vec<_>>(), "and");
        let problem = Problem::new(format!("names `{name}`, which is not a field of `[schema]`"));
        Err(problem.meant(name, names).hint(format!("the fields are {known}")))
    }
}

/// Reads `[schema]`; `None` means that the table is missing.
pub(super) fn read_schema(root: &mut Table<'_>) -> Option<WrittenFields> {
    let table =
        root.required_section("schema", "`[schema]` with lines such as `user_id = \"text\"`")?;
    let mut types = Vec::new();
    let mut fields = Vec::new();
    for (name, value) in table.values() {
        let field = value.read(|value| field(name, value)).flatten();
        types.push((name.to_owned(), field.as_ref().map(|f| f.field_type)));
        fields.extend(field);
    }
    let complete = fields.len() == types.len();
    let schema = complete.then(|| Schema::new(fields)).and_then(|made| {
        made.map_err(|error| table.report(Diagnostic::error(error.to_string()))).ok()
    });
    Some(WrittenFields { types, schema })
}

/// `name = "type"` or `name = { type = "…", max = …, required = … }`. `None` means that a fault was
/// reported.
fn field(name: &str, value: &Value<'_>) -> Read<Option<Field>> {
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Problem::new("is not a name for a field"));
    }
    if name.chars().count() > FIELD_NAME_CHARS_MAX {
        return Err(Problem::new(format!("has more than {FIELD_NAME_CHARS_MAX} characters")));
    }
    if let DeValue::Table(_) = value.data() {
        return Ok(detailed_field(name, value.table()?));
    }
    let field_type = field_type(value)?;
    Ok(Some(Field { name: name.to_owned(), field_type, max: None, required: false }))
}

fn detailed_field(name: &str, mut table: Table<'_>) -> Option<Field> {
    let field_type = table.required("type", "\"text\"", field_type);
    let max_value = table.value("max");
    let max = max_value.as_ref().and_then(|v| v.read(whole(0..=u64::from(u32::MAX))));
    let required = table.optional("required", Value::boolean);
    let mut sound = max_value.is_some() == max.is_some();
    sound &= table.value("required").is_some() == required.is_some();
    if let (Some(value), Some(other)) =
        (max_value, field_type.filter(|t| *t != FieldType::Unsigned))
    {
        value.report_key(Problem::new(format!(
            "goes with type `unsigned` only, not `{}`",
            other.name()
        )));
        sound = false;
    }
    table.finish();
    let field_type = field_type.filter(|_| sound)?;
    let max = max.map(|max| max as u32);
    Some(Field { name: name.to_owned(), field_type, max, required: required.unwrap_or(false) })
}

fn field_type(value: &Value<'_>) -> Read<FieldType> {
    let read = one_of(&FieldType::ALL.map(|t| (t.name(), t)))(value);
    let alias = TYPE_ALIASES.iter().find(|(alias, _)| value.text().is_ok_and(|t| t == *alias));
    match alias {
        Some((_, name)) => read.map_err(|p| p.label(format!("did you mean `{name}`?"))),
        None => read,
    }
}

/// Reads `[event_time]`, whose fields are looked up in `fields`.
pub(super) fn read_event_time(
    root: &mut Table<'_>,
    fields: Option<&WrittenFields>,
) -> Option<EventTimeSettings> {
    let example = "`[event_time]` with `month`, `day` and `year`, or with `field` and `unit`";
    let mut table = root.required_section("event_time", example)?;
    let by_day = ["month", "day", "year"].map(|key| table.value(key));
    let by_field = ["field", "unit"].map(|key| table.value(key));
    let has = |values: &[Option<Value<'_>>]| values.iter().any(Option::is_some);
    let found = match (has(&by_day), has(&by_field)) {
        (true, false) => month_day(&mut table, fields),
        (false, true) => one_field(&mut table, fields),
        (true, true) => {
            for value in by_field.iter().flatten() {
                let problem = Problem::new("does not go with `month`, `day` and `year`");
                value.report_key(problem.hint("keep one of the two forms"));
            }
            None
        }
        (false, false) => {
            let title = table.title();
            table.report(
                Diagnostic::error(format!("{title} does not say which fields tell event time"))
                    .help("add `month`, `day` and `year`, or `field` and `unit`"),
            );
            None
        }
    };
    let zone = table.or("zone", Tz::Asia__Shanghai, zone);
    let seconds = Duration::from_secs;
    let bound = table.or("bound", seconds(300), duration("s", Duration::ZERO..=YEAR));
    let future_skew = table.or("future_skew", Some(DAY), future_skew);
    let earliest = earliest(&mut table, found.as_ref());
    let idle_after = table.or("idle_after", seconds(60), duration("s", seconds(1)..=YEAR));
    table.finish();
    Some(EventTimeSettings { fields: found?, zone, bound, future_skew, earliest, idle_after })
}

fn future_skew(value: &Value<'_>) -> Read<Option<Duration>> {
    match value.data() {
        DeValue::String(text) if text == OFF => Ok(None),
        _ => duration("s", Duration::ZERO..=YEAR)(value).map(Some),
    }
}

/// Reads `earliest`, which is allowed only with a single field.
fn earliest(table: &mut Table<'_>, fields: Option<&EventTimeFields>) -> Option<i64> {
    let value = table.value("earliest");
    if let Some(EventTimeFields::MonthDay { .. }) = fields {
        if let Some(value) = value {
            let problem = Problem::new("goes with `field` and `unit` only");
            value.report_key(problem.hint("the year of a month and a day is `year`"));
        }
        return None;
    }
    Some(value.and_then(|value| value.read(instant)).unwrap_or(EARLIEST))
}

fn month_day(table: &mut Table<'_>, fields: Option<&WrittenFields>) -> Option<EventTimeFields> {
    let mut field = |key| {
        let (name, value) = field_name(table, key, fields)?;
        check_type(&name, &value, fields, &[FieldType::Unsigned], "a month or a day")
            .then_some(name)
    };
    let (month, day) = (field("month"), field("day"));
    let year = table.required("year", "2015` or `year = \"current\"", year);
    Some(EventTimeFields::MonthDay { month: month?, day: day?, year: year? })
}

fn one_field(table: &mut Table<'_>, fields: Option<&WrittenFields>) -> Option<EventTimeFields> {
    let named = field_name(table, "field", fields);
    let units = TimestampUnit::ALL.map(|unit| (unit.name(), unit));
    let unit = table.required("unit", "\"ms\"", one_of(&units));
    let ((field, value), unit) = (named?, unit?);
    let (fitting, name): (&[FieldType], _) = match unit {
        // A `timestamp` holds milliseconds.
        TimestampUnit::Seconds => (&[FieldType::Integer, FieldType::Unsigned], "unit `s`"),
        TimestampUnit::Millis => (&[FieldType::Integer, FieldType::Timestamp], "unit `ms`"),
        TimestampUnit::Rfc3339 => (&[FieldType::Text, FieldType::Timestamp], "unit `rfc3339`"),
    };
    check_type(&field, &value, fields, fitting, name)
        .then_some(EventTimeFields::Field { field, unit })
}

/// The setting `key`, which names a field of the schema.
fn field_name<'a>(
    table: &mut Table<'a>,
    key: &'static str,
    fields: Option<&WrittenFields>,
) -> Option<(String, Value<'a>)> {
    let name = table.required(key, &format!("\"{key}\""), |value| {
        let name = line(value)?;
        fields.map_or(Ok(()), |fields| fields.check(name)).map(|()| name)
    })?;
    Some((name.to_owned(), table.value(key)?))
}

/// Returns whether the field's type is one of `fitting`, as `what` needs, and reports a type that
/// is not.
fn check_type(
    name: &str,
    value: &Value<'_>,
    fields: Option<&WrittenFields>,
    fitting: &[FieldType],
    what: &str,
) -> bool {
    let found = fields.and_then(|f| f.types.iter().find(|(n, _)| n == name)).and_then(|f| f.1);
    let Some(wrong) = found.filter(|t| !fitting.contains(t)) else { return true };
    let allowed = list(&fitting.iter().map(|t| t.name()).collect::<Vec<_>>(), "or");
    let problem = Problem::new(format!(
        "names `{name}` of type `{}`, but {what} needs type {allowed}",
        wrong.name()
    ));
    value.report(problem.hint(format!("change the type of `{name}` in `[schema]`")));
    false
}

fn year(value: &Value<'_>) -> Read<Year> {
    match value.data() {
        DeValue::String(text) if text == "current" => Ok(Year::Current),
        DeValue::Integer(_) => whole(1..=9999)(value).map(|year| Year::Fixed(year as i32)),
        _ => Err(Problem::new("must be a year such as 2015, or `\"current\"`")),
    }
}
