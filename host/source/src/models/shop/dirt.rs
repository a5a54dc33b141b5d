//! Dirt as it occurs in real logs, one kind a record, each with the effect it must have: most of
//! it can be read without guessing, some of it concerns single metrics, little of it is no record.
//!
//! Dirty records are rare, so this path is written for clarity and allocates.

use std::fmt::Write as _;

use super::super::json::Object;
#[cfg(test)]
use super::super::testing::DirtEffect;
use super::event::Event;
use streamgauge_core::random::Random;

/// A kind of dirt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::models) enum Dirt {
    /// A number with a leading zero: `"month":"08"`.
    LeadingZeros,
    /// All numbers as strings.
    QuotedNumbers,
    /// `8.0` for whole numbers.
    WholeFractions,
    /// `"brand_id":NaN`, which is no JSON.
    NanBrand,
    /// `\u` escapes for Chinese.
    Escapes,
    /// Fields that the schema does not know, nested ones too.
    ExtraFields,
    /// A field twice: the last one wins.
    RepeatedKey,
    /// White space wherever JSON allows it.
    WhiteSpace,
    /// `""` and `null` as values.
    EmptyValues,
    /// The fields in another order.
    KeyOrder,
    /// Cut off in the middle.
    Truncated,
    /// A JSON text, but not an object.
    NotAnObject,
    /// The province in GBK instead of UTF-8.
    InvalidUtf8,
    /// No bytes at all.
    Empty,
    /// An action beyond the schema's maximum.
    ActionBeyondMax,
    /// An action with a fraction.
    ActionFraction,
    /// A gender that is no number.
    GenderText,
    /// A record without a province.
    ProvinceMissing,
    /// A null as the province: `"province":null`.
    ProvinceNull,
    /// A month that does not exist, 13.
    MonthThirteen,
    /// A day that does not exist, February 30.
    FebruaryThirtieth,
}

impl Dirt {
    /// All kinds.
    pub(super) const ALL: [Self; 21] = [
        Self::LeadingZeros,
        Self::QuotedNumbers,
        Self::WholeFractions,
        Self::NanBrand,
        Self::Escapes,
        Self::ExtraFields,
        Self::RepeatedKey,
        Self::WhiteSpace,
        Self::EmptyValues,
        Self::KeyOrder,
        Self::Truncated,
        Self::NotAnObject,
        Self::InvalidUtf8,
        Self::Empty,
        Self::ActionBeyondMax,
        Self::ActionFraction,
        Self::GenderText,
        Self::ProvinceMissing,
        Self::ProvinceNull,
        Self::MonthThirteen,
        Self::FebruaryThirtieth,
    ];

    /// What it does to a record under the default schema.
    #[cfg(test)]
    pub(super) fn effect(self) -> DirtEffect {
        match self {
            Self::LeadingZeros
            | Self::QuotedNumbers
            | Self::WholeFractions
            | Self::NanBrand
            | Self::Escapes
            | Self::ExtraFields
            | Self::RepeatedKey
            | Self::WhiteSpace
            | Self::EmptyValues
            | Self::KeyOrder => DirtEffect::Read,
            Self::Truncated | Self::NotAnObject | Self::InvalidUtf8 | Self::Empty => {
                DirtEffect::Rejected
            }
            Self::ActionBeyondMax | Self::ActionFraction => DirtEffect::Unusable("action"),
            Self::GenderText => DirtEffect::Unusable("gender"),
            Self::ProvinceMissing | Self::ProvinceNull => DirtEffect::Missing("province"),
            Self::MonthThirteen | Self::FebruaryThirtieth => DirtEffect::Fallback,
        }
    }

    /// Appends `event` with this dirt.
    pub(super) fn write(self, event: &Event, random: &mut Random, out: &mut Vec<u8>) {
        let mut object = object(event);
        match self {
            Self::Truncated => {
                // The first half is ASCII, so the cut never falls into a character.
                let text = object.text();
                let cut = 1 + random.below(text.len() as u32 / 2) as usize;
                return out.extend_from_slice(&text.as_bytes()[..cut]);
            }
            Self::NotAnObject => {
                let values = ["[1,2,3]", "\"click\"", "42", "null", "true"];
                let chosen = values[random.below(values.len() as u32) as usize];
                return out.extend_from_slice(chosen.as_bytes());
            }
            Self::InvalidUtf8 => {
                object.set("province", "");
                let text = object.text();
                out.extend_from_slice(&text.as_bytes()[..text.len() - 1]);
                return out.extend_from_slice(b"\"\xb9\xe3\xb6\xab\"}");
            }
            Self::Empty => return,
            Self::WhiteSpace => return out.extend_from_slice(object.spaced_text().as_bytes()),
            Self::KeyOrder => object.fields.rotate_left(1 + random.below(10) as usize),
            _ => self.change(event, &mut object),
        }
        out.extend_from_slice(object.text().as_bytes());
    }

    /// The kinds that change single values.
    fn change(self, event: &Event, object: &mut Object) {
        match self {
            Self::LeadingZeros => {
                object.set("month", &format!("\"{:02}\"", event.month));
                object.set("day", &format!("\"{:02}\"", event.day));
            }
            Self::QuotedNumbers => object.change_numbers(|number| format!("\"{number}\"")),
            Self::WholeFractions => object.change_numbers(|number| format!("{number}.0")),
            Self::NanBrand => object.set("brand_id", "NaN"),
            Self::Escapes => object.set("province", &escaped(event.province())),
            Self::ExtraFields => {
                object.insert(3, "price", "12.50");
                object.insert(6, "tags", r#"["a",{"action":9},null]"#);
                object.insert(9, "session", r#"{"id":"x","gender":"?"}"#);
            }
            Self::RepeatedKey => object.insert(0, "action", "9"),
            Self::EmptyValues => {
                object.set("brand_id", "\"\"");
                object.set("merchant_id", "null");
            }
            Self::ActionBeyondMax => object.set("action", "9"),
            Self::ActionFraction => object.set("action", "1.5"),
            Self::GenderText => object.set("gender", "\"x\""),
            Self::ProvinceMissing => object.remove("province"),
            Self::ProvinceNull => object.set("province", "null"),
            Self::MonthThirteen => object.set("month", "13"),
            Self::FebruaryThirtieth => {
                object.set("month", "2");
                object.set("day", "30");
            }
            Self::WhiteSpace
            | Self::KeyOrder
            | Self::Truncated
            | Self::NotAnObject
            | Self::InvalidUtf8
            | Self::Empty => {}
        }
    }
}

/// `event` as an object that can be changed.
fn object(event: &Event) -> Object {
    let quoted = |id: u32| format!("\"{id}\"");
    let brand =
        if event.has_brand { format!("\"{}.0\"", event.item.brand) } else { "null".to_owned() };
    let fields = vec![
        ("user_id", quoted(event.user_id)),
        ("item_id", quoted(event.item_id)),
        ("cat_id", quoted(event.item.category)),
        ("merchant_id", quoted(event.item.merchant)),
        ("brand_id", brand),
        ("month", event.month.to_string()),
        ("day", event.day.to_string()),
        ("action", event.action.to_string()),
        ("age_range", event.user.age_range.to_string()),
        ("gender", event.user.gender.to_string()),
        ("province", format!("\"{}\"", event.province())),
    ];
    Object { fields }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::from("\"");
    for unit in text.encode_utf16() {
        write!(escaped, "\\u{unit:04x}").expect("writing to a string never fails");
    }
    escaped.push('"');
    escaped
}
