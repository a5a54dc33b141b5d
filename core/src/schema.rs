//! The fields that a record may hold, named and typed in written order, and the projection: the
//! fields that event time, a `required` mark or some metric really reads.

use thiserror::Error;

/// The largest number of fields in a schema.
const FIELDS_MAX: usize = 1024;

/// Logical type of a field, as in the plugin contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// The value `true` or `false`.
    Boolean,
    /// A whole number from 0 to 2³² − 1.
    Unsigned,
    /// A whole number in 64 bits.
    Integer,
    /// A 64-bit floating-point number, finite.
    Float,
    /// A text in UTF-8, not empty.
    Text,
    /// Milliseconds since the Unix epoch, or an RFC 3339 text.
    Timestamp,
}

impl FieldType {
    /// Every type, in the order of the documentation.
    pub const ALL: [Self; 6] =
        [Self::Boolean, Self::Unsigned, Self::Integer, Self::Float, Self::Text, Self::Timestamp];

    /// The name in `pipeline.toml` and in the plugin contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Unsigned => "unsigned",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Text => "text",
            Self::Timestamp => "timestamp",
        }
    }
}

/// One field of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name in the JSON object or in the CSV header.
    pub name: String,
    /// The type that values are read as.
    pub field_type: FieldType,
    /// The largest valid value; only for `unsigned`. `None` means all that 32 bits hold.
    pub max: Option<u32>,
    /// True if a record without a valid value here is rejected as a whole.
    pub required: bool,
}

/// The fields of a record, in written order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    fields: Vec<Field>,
}

/// Why a list of fields is not a schema.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SchemaError {
    /// A list without any field.
    #[error("a schema needs at least one field")]
    Empty,
    /// A list of so many fields, more than the limit.
    #[error("a schema holds at most {FIELDS_MAX} fields, not {0}")]
    TooManyFields(usize),
    /// A name that stands twice.
    #[error("field `{0}` appears twice")]
    Duplicate(String),
    /// `max` on a type that has no maximum.
    #[error("field `{0}`: `max` goes with type unsigned only")]
    MaxOnOtherType(String),
}

impl Schema {
    /// Makes a schema of `fields` in written order, which is the column order of CSV without a
    /// header.
    ///
    /// # Errors
    /// No field, too many, a repeated name, or `max` on a type other than `unsigned`.
    pub fn new(fields: Vec<Field>) -> Result<Self, SchemaError> {
        if fields.is_empty() {
            return Err(SchemaError::Empty);
        }
        if fields.len() > FIELDS_MAX {
            return Err(SchemaError::TooManyFields(fields.len()));
        }
        for (i, field) in fields.iter().enumerate() {
            if fields[..i].iter().any(|f| f.name == field.name) {
                return Err(SchemaError::Duplicate(field.name.clone()));
            }
            if field.max.is_some() && field.field_type != FieldType::Unsigned {
                return Err(SchemaError::MaxOnOtherType(field.name.clone()));
            }
        }
        Ok(Self { fields })
    }

    /// The fields in written order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The position of the field `name` in written order; `None` means that there is no such field.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == name)
    }
}

/// The fields that are decoded into columns, in schema order. The position of a field here is its
/// *slot*: its index in a [`Row`](crate::Row) and in a [`RecordBatch`](crate::RecordBatch).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projection {
    fields: Vec<Field>,
    schema_indexes: Vec<usize>,
}

impl Projection {
    /// The fields of `schema` that are named in `wanted` or marked `required`. Names that the
    /// schema does not have are passed over: the caller has checked them.
    pub fn new(schema: &Schema, wanted: &[&str]) -> Self {
        let (schema_indexes, fields) = schema
            .fields
            .iter()
            .enumerate()
            .filter(|(_, f)| f.required || wanted.contains(&f.name.as_str()))
            .map(|(i, f)| (i, f.clone()))
            .unzip();
        Self { fields, schema_indexes }
    }

    /// The decoded fields by slot.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The position in the schema of each slot; increasing.
    pub fn schema_indexes(&self) -> &[usize] {
        &self.schema_indexes
    }

    /// The slot of the field `name`; `None` means that the field is not decoded.
    pub fn slot_of(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{field, schema};

    #[test]
    fn a_list_that_is_no_schema_says_why() {
        let (text, unsigned) = (FieldType::Text, FieldType::Unsigned);
        let limited = |field_type| Field { max: Some(4), ..field("b", field_type) };
        let many = (0..=FIELDS_MAX).map(|n| field(&n.to_string(), text)).collect();
        for (fields, error) in [
            (vec![], SchemaError::Empty),
            (many, SchemaError::TooManyFields(FIELDS_MAX + 1)),
            (vec![field("a", text), field("a", unsigned)], SchemaError::Duplicate("a".into())),
            (
                vec![field("a", text), limited(FieldType::Integer)],
                SchemaError::MaxOnOtherType("b".into()),
            ),
        ] {
            assert_eq!(Schema::new(fields), Err(error));
        }
        assert!(Schema::new(vec![field("a", text), limited(unsigned)]).is_ok());
    }

    #[test]
    fn a_projection_keeps_the_order_of_the_schema_and_all_that_is_required() {
        let mut fields = schema(&["a", "b", "c", "d"]).fields;
        fields[1].required = true;
        let schema = Schema::new(fields).expect("a schema");
        let projection = Projection::new(&schema, &["d", "a", "elsewhere", "d"]);
        let names: Vec<&str> = projection.fields().iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "d"]);
        assert_eq!(projection.schema_indexes(), [0, 1, 3]);
        assert_eq!((projection.slot_of("d"), projection.slot_of("c")), (Some(2), None));
        assert_eq!((schema.index_of("d"), schema.index_of("e")), (Some(3), None));
    }

    #[test]
    fn every_type_has_a_name_of_its_own() {
        let names = FieldType::ALL.map(FieldType::name);
        assert_eq!(names, ["boolean", "unsigned", "integer", "float", "text", "timestamp"]);
    }
}
