//! The law checks find a metric that breaks a law; each metric here breaks one.

use std::marker::PhantomData;

use streamgauge_sdk::BadRow;
use streamgauge_sdk::prelude::*;
use streamgauge_sdk::testing::{TestBatch, check_laws};

/// Sums a column, with one fault given by `F`.
#[derive(Default)]
struct Faulty<F>(PhantomData<F>);

#[derive(Default)]
struct Sum<F> {
    total: u64,
    batches: u64,
    fault: PhantomData<F>,
}

trait Fault: Default + 'static {
    const MERGE_DROPS: bool = false;
    const SEES_BATCHES: bool = false;
    const READ_DOUBLES: bool = false;
    const MERGE_KEEPS_ORDER: bool = false;
    const REFUSES: bool = false;
    const REFUSES_ONE: bool = false;
    const REFUSES_AND_ADDS: bool = false;
}

impl<F: Fault> Accumulator for Sum<F> {
    fn merge(&mut self, other: &Self) -> Result<()> {
        if F::MERGE_KEEPS_ORDER {
            self.total = self.total.wrapping_mul(if other.total == 0 { 1 } else { 31 });
        }
        self.total = self.total.wrapping_add(if F::MERGE_DROPS { 0 } else { other.total });
        Ok(())
    }
    fn write(&self, writer: &mut Writer) {
        writer.u64(self.total + if F::SEES_BATCHES { self.batches } else { 0 });
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let total = reader.u64()? * if F::READ_DOUBLES { 2 } else { 1 };
        Ok(Self { total, batches: 0, fault: PhantomData })
    }
}

impl<F: Fault> Metric for Faulty<F> {
    type Accumulator = Sum<F>;

    fn describe(&self) -> Descriptor {
        Descriptor::new("sum", "0.1.0", ("总和", "The sum"))
            .input("amount", FieldType::Unsigned)
            .output(Output::measure("sum", ("总和", "Sum")))
    }
    fn add(&self, state: &mut Sum<F>, batch: &Batch) -> Result<()> {
        if F::REFUSES || F::REFUSES_ONE || F::REFUSES_AND_ADDS {
            let large = (0..).zip(batch.unsigned(0)?.iter()).filter(|(_, n)| *n > Some(90));
            let bad = large.map(|(row, _)| BadRow { row, reason: "too large".to_owned() });
            let bad: Vec<BadRow> = bad.take(if F::REFUSES_ONE { 1 } else { 99 }).collect();
            state.total += u64::from(F::REFUSES_AND_ADDS);
            if !bad.is_empty() {
                return Err(Error::BadRows(bad));
            }
        }
        state.total += batch.unsigned(0)?.iter().flatten().map(u64::from).sum::<u64>();
        state.batches += 1;
        Ok(())
    }
    fn result(&self, state: &Sum<F>) -> Result<Table> {
        Ok(Table::default().integers([state.total as i64]))
    }
}

macro_rules! faults {
    ($($name:ident { $($fault:ident)? } $(=> $law:literal)?;)*) => {
        $(
            #[test]
            $(#[should_panic(expected = $law)])?
            fn $name() {
                #[derive(Default)]
                struct This;
                impl Fault for This {
                    $(const $fault: bool = true;)?
                }
                check_laws::<Faulty<This>>("{}", &TestBatch::default().unsigned(1..100));
            }
        )*
    };
}

faults! {
    no_fault {};
    a_merge_that_drops { MERGE_DROPS } => "law: merging into the empty state changes nothing";
    a_state_that_sees_batches { SEES_BATCHES } => "give the same bytes as one batch";
    a_read_that_doubles { READ_DOUBLES } => "law: snapshot round trip";
    a_metric_that_refuses { REFUSES };
    one_that_names_one_row { REFUSES_ONE } => "law: a refusal names all rows";
    one_that_adds_and_refuses { REFUSES_AND_ADDS } => "law: an `add` that refuses adds no row";
    a_merge_that_keeps_order { MERGE_KEEPS_ORDER } => "law: fold(a ++ b) = merge(fold a, fold b)";
}

#[test]
#[should_panic(expected = "hint: this metric has no configuration")]
fn a_configuration_that_nobody_reads_is_refused() {
    #[derive(Default)]
    struct This;
    impl Fault for This {}
    check_laws::<Faulty<This>>(r#"{"top": 3}"#, &TestBatch::default().unsigned([1]));
}

/// Counts rows and forgets some at every merge, within a stated error of `ERROR`.
#[derive(Default)]
struct Forgetful<const ERROR: i64>;

#[derive(Default)]
struct Forgotten(u64);

impl Accumulator for Forgotten {
    fn merge(&mut self, other: &Self) -> Result<()> {
        self.0 += other.0 - u64::from(self.0 > other.0 && other.0 > 0);
        Ok(())
    }
    fn write(&self, writer: &mut Writer) {
        writer.u64(self.0);
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        reader.u64().map(Self)
    }
}

impl<const ERROR: i64> Metric for Forgetful<ERROR> {
    type Accumulator = Forgotten;

    fn describe(&self) -> Descriptor {
        Descriptor::new("rows", "0.1.0", ("行数", "The rows"))
            .input("amount", FieldType::Unsigned)
            .output(Output::measure("rows", ("行数", "Rows")))
            .output(Output::measure("error", ("误差", "Error")).error_of("rows"))
            .bounded()
    }
    fn add(&self, state: &mut Forgotten, batch: &Batch) -> Result<()> {
        state.0 += batch.rows() as u64;
        Ok(())
    }
    fn result(&self, state: &Forgotten) -> Result<Table> {
        Ok(Table::default().integers([state.0 as i64]).integers([ERROR]))
    }
}

#[test]
fn a_bounded_metric_may_differ_within_its_error() {
    check_laws::<Forgetful<1>>("{}", &TestBatch::default().unsigned(1..100));
}

#[test]
#[should_panic(expected = "law: fold(a ++ b) = merge(fold a, fold b), within the error: rows")]
fn a_bounded_metric_may_not_differ_by_more() {
    check_laws::<Forgetful<0>>("{}", &TestBatch::default().unsigned(1..100));
}
