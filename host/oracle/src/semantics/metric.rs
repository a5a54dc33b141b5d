//! One metric in one partition: the rows that the metric can use, and the counts of its rows.

use streamgauge_core::{Field, FieldType, MetricSnapshot};

use super::civil::Calendar;
use super::error::OracleError;
use super::instances::{Instances, Unworn};
use super::moment::Moment;
use super::pane_set::{Owner, PaneSet, Row};
use super::part::Part;
use super::row::{Cell, Input};
use super::rules::MetricRules;
use super::state::MetricState;
use super::value::Value;
use super::verdict::{Exclusion, MetricVerdict, WindowVerdict};
use streamgauge_plugin::{AddError, CallError, Plugin};

/// The input that asks for the event time.
const EVENT_TIME: &str = "@event-time";

/// A metric with the rows of one partition.
pub(super) struct Metric {
    owner: Owner,
    instances: Instances,
    /// Asked about each row by itself, in an accumulator of its own.
    asked: Unworn,
    inputs: Vec<Source>,
    on_time: u64,
    late: u64,
    excluded: u64,
    sets: Vec<PaneSet>,
    /// The records that it counts; `None` means all of the partition.
    pub(super) part: Option<Part>,
    /// True after records that it does not count.
    has_skipped: bool,
}

/// Where an input of the plugin comes from.
struct Source {
    name: String,
    nullable: bool,
    /// The position of the input's field in the schema, with its type; `None` means the event time.
    field: Option<(usize, FieldType)>,
}

impl Metric {
    /// The metric of `plugin` before the first record of `partition`.
    pub(super) fn new(
        plugin: &Plugin,
        fields: &[Field],
        partition: u32,
        history_keep: i64,
    ) -> Result<Self, OracleError> {
        let id = plugin.settings().id.clone();
        let state_version = plugin.descriptor().state_version;
        let failed = |error| OracleError::Call { metric: id.clone(), error };
        let instances = Instances::new(plugin).map_err(failed)?;
        let asked = Unworn::new(plugin).map_err(failed)?;
        let rules = MetricRules::new(plugin.settings());
        let sets = rules.windows.iter().map(|w| PaneSet::new(*w, &rules, history_keep)).collect();
        Ok(Self {
            inputs: sources(plugin, fields)?,
            owner: Owner { metric: id, partition, state_version },
            instances,
            asked,
            on_time: 0,
            late: 0,
            excluded: 0,
            sets,
            part: None,
            has_skipped: false,
        })
    }

    /// Takes over a kept state of the same windows; only before the first row.
    pub(super) fn restore(&mut self, kept: &MetricSnapshot) -> Result<(), CallError> {
        let books = kept.accounting;
        (self.on_time, self.late, self.excluded) = (books.on_time, books.late, books.excluded);
        for set in &mut self.sets {
            let of_kind = kept.windows.iter().find(|kept| kept.spec.to_millis() == set.kind());
            let Some(of_kind) = of_kind else {
                return Err(CallError::Contract("it has other windows".to_owned()));
            };
            set.restore(&mut self.instances, kept.state_version, of_kind)?;
        }
        Ok(())
    }

    /// True if the metric counts the record at `offset`, before which the log had so many gaps.
    pub(super) fn counts(&mut self, gaps: usize, offset: i64) -> bool {
        let counts = self.part.as_ref().is_none_or(|part| part.holds(gaps, offset));
        self.has_skipped |= !counts;
        counts
    }

    /// The metric's id in the pipeline.
    pub(super) fn id(&self) -> &str {
        &self.owner.metric
    }

    /// Offers a row to the metric, and then makes the panes final that the record's watermark ends.
    pub(super) fn accept(
        &mut self,
        calendar: &mut Calendar,
        values: &[Value],
        (offset, moment): (i64, Moment),
    ) -> Result<MetricVerdict, OracleError> {
        let verdict = self.offer(calendar, values, (offset, moment));
        verdict.map_err(|error| OracleError::Call { metric: self.owner.metric.clone(), error })
    }

    fn offer(
        &mut self,
        calendar: &mut Calendar,
        values: &[Value],
        (offset, moment): (i64, Moment),
    ) -> Result<MetricVerdict, CallError> {
        // What became final while it counted nothing.
        if std::mem::take(&mut self.has_skipped) {
            for set in &mut self.sets {
                set.settle(&mut self.instances, &self.owner, moment.before)?;
            }
        }
        let inputs = self.inputs(values, moment.event_time);
        let is_left_out = self.part.as_ref().is_some_and(|part| part.left_out.contains(&offset));
        let excluded = match &inputs {
            Err(exclusion) => Some(exclusion.clone()),
            Ok(_) if is_left_out => {
                Some(Exclusion { reason: "plugin_crashed", detail: String::new() })
            }
            Ok(inputs) => self.refusal(inputs)?,
        };
        *(if moment.is_late { &mut self.late } else { &mut self.on_time }) += 1;
        self.excluded += u64::from(excluded.is_some());
        let usable = inputs.ok().filter(|_| excluded.is_none());
        let row = Row { inputs: usable.as_deref(), moment };
        let mut windows = Vec::<WindowVerdict>::new();
        for set in &mut self.sets {
            windows.push(set.accept(&mut self.instances, &self.owner, calendar, &row)?);
        }
        Ok(MetricVerdict { id: self.owner.metric.clone(), excluded, windows })
    }

    /// The inputs of a row in the plugin's order, or the first input that the metric cannot use.
    fn inputs(&self, values: &[Value], event_time: Option<i64>) -> Result<Vec<Input>, Exclusion> {
        let time = event_time.map_or(Value::Missing, Value::Integer);
        let input = |source: &Source| {
            let Some((position, field_type)) = source.field else {
                return Input::new(&time).ok_or("missing");
            };
            match &values[position] {
                Value::Invalid(flaw) => Err(*flaw),
                Value::Missing if source.nullable => Ok(Input::null(zero(field_type))),
                value => Input::new(value).ok_or("missing"),
            }
        };
        self.inputs
            .iter()
            .map(|source| {
                let detail = source.name.clone();
                input(source).map_err(|reason| Exclusion { reason, detail })
            })
            .collect()
    }

    /// The plugin's reason to refuse the row, if there is one. The plugin is asked with an
    /// accumulator for this row only, so that neither an expired pane nor a refused row leaves a
    /// trace.
    fn refusal(&mut self, inputs: &[Input]) -> Result<Option<Exclusion>, CallError> {
        let params: Vec<_> = inputs.iter().map(Input::param).collect();
        let asked = self.asked.get()?;
        let scratch = asked.create(None)?;
        let added = asked.add(scratch, 1, &params);
        let refused = match added {
            Ok(()) => None,
            Err(AddError::Call(error)) => return Err(error),
            Err(AddError::BadRows(rows)) => Some(Exclusion {
                reason: "refused_by_plugin",
                detail: rows.into_iter().map(|(_, words)| words).collect(),
            }),
        };
        asked.release(scratch)?;
        Ok(refused)
    }

    /// The state at the offset `next_offset`.
    pub(super) fn state(
        &mut self,
        origin: i64,
        next_offset: i64,
    ) -> Result<MetricState, OracleError> {
        let (origin, next_offset) =
            self.part.as_ref().map_or((origin, next_offset), |part| (part.from, part.to));
        let states = self.sets.iter().map(|set| set.state(&mut self.instances));
        let windows: Result<Vec<_>, CallError> = states.collect();
        let id = self.owner.metric.clone();
        Ok(MetricState {
            windows: windows.map_err(|error| OracleError::Call { metric: id.clone(), error })?,
            id,
            state_version: self.owner.state_version,
            origin,
            next_offset,
            on_time: self.on_time,
            late: self.late,
            excluded: self.excluded,
        })
    }
}

fn sources(plugin: &Plugin, fields: &[Field]) -> Result<Vec<Source>, OracleError> {
    let mut sources = Vec::new();
    for input in &plugin.descriptor().inputs {
        let position = fields.iter().position(|field| field.name == input.name);
        let field = position.map(|position| (position, fields[position].field_type));
        if field.is_none() && input.name != EVENT_TIME {
            let (metric, column) = (plugin.settings().id.clone(), input.name.clone());
            return Err(OracleError::NoSuchColumn { metric, column });
        }
        let field = field.filter(|_| input.name != EVENT_TIME);
        sources.push(Source { name: input.name.clone(), nullable: input.nullable, field });
    }
    Ok(sources)
}

/// The value that stands in the place of a null.
fn zero(field_type: FieldType) -> Cell {
    match field_type {
        FieldType::Boolean => Cell::Booleans([0]),
        FieldType::Unsigned => Cell::U32s([0]),
        FieldType::Integer | FieldType::Timestamp => Cell::S64s([0]),
        FieldType::Float => Cell::F64s([0.0]),
        FieldType::Text => Cell::Text { ends: [0, 0], utf8: Vec::new() },
    }
}
