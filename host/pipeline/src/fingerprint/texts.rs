//! How fields and time zones are written in fingerprints.

use chrono_tz::Tz;
use streamgauge_core::{Field, FieldType};

use super::zone_offsets;

/// The key of the time zone, which is compared by its offsets.
pub(super) const ZONE: &str = "event_time.zone";

/// What the texts of required fields end with.
pub(super) const REQUIRED: &str = ", required";

/// Between the name of a zone and the digest of its offsets.
const OFFSETS: &str = " (offsets from 1900 to 2200: ";

/// The zone with the digest of its offsets.
pub(super) fn zone_text(zone: Tz) -> String {
    format!("{}{OFFSETS}{})", zone.name(), zone_offsets::digest(zone))
}

/// True for two names of the same clocks.
pub(super) fn has_same_offsets(stored: Option<&String>, now: Option<&String>) -> bool {
    let offsets = |text: Option<&String>| Some(text?.rsplit_once(OFFSETS)?.1.to_owned());
    stored == now || (offsets(now).is_some() && offsets(stored) == offsets(now))
}

/// A field as the file has it: `unsigned`, or `unsigned, max = 3, required`.
pub(super) fn show_field(field: &Field) -> String {
    let required = if field.required { REQUIRED } else { "" };
    format!("{}{required}", show_type(field))
}

/// The type of a field with its limit: `unsigned, max = 3`.
pub(super) fn show_type(field: &Field) -> String {
    let max = match (field.field_type, field.max) {
        (FieldType::Unsigned, Some(max)) => format!(", max = {max}"),
        _ => String::new(),
    };
    format!("{}{max}", field.field_type.name())
}

/// The column of an input that reads `field`, whose type is known unless the field is none of the
/// schema.
pub(super) fn show_column(field: &str, field_type: Option<&str>) -> String {
    field_type.map_or_else(|| field.to_owned(), |field_type| format!("{field}, {field_type}"))
}
