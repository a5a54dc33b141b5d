//! Inputs, outputs and trials that the tests of several modules share.

use streamgauge_plugin::{ContractType, Input, Output, Role};

use super::rows::{Datum, Row, Trial};

pub(super) fn input(name: &str, type_: ContractType, nullable: bool) -> Input {
    Input { name: name.to_owned(), type_, nullable }
}

pub(super) fn output(name: &str, type_: ContractType, role: Role) -> Output {
    Output {
        name: name.to_owned(),
        type_,
        role,
        title: Vec::new(),
        unit: None,
        additive: false,
        error_of: None,
        labels: Vec::new(),
    }
}

/// A row of one number, in a part; a batch may begin with it.
pub(super) fn row(number: i64, part: u8, begins: bool) -> Row {
    Row { values: vec![Datum::Integer(number)], part, begins }
}

pub(super) fn trial(rows: impl IntoIterator<Item = Row>) -> Trial {
    Trial { rows: rows.into_iter().collect(), windowed: false }
}
