//! The entry points of the component: from the contract's calls to a [`Metric`].
//!
//! Only [`export_metric!`](crate::export_metric) uses this module, and only on Wasm. An instance
//! serves one metric with one configuration, so the opened metric is kept for the instance's life
//! and every accumulator shares the metric.

use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use crate::bindings::exports::streamgauge::metric::{aggregate, describe, difference, largest};
use crate::bindings::streamgauge::metric::types as wit;
use crate::codec::Writer;
use crate::{Accumulator, Batch, Config, Error, Largest, Metric, Result, Window, log};

thread_local! {
    /// The metric that `open` made. A static cannot be generic, hence the `dyn`.
    static OPENED: OnceCell<Rc<dyn Any>> = const { OnceCell::new() };
}

/// The contract's calls, implemented for the metric `M`.
#[derive(Debug)]
pub struct Component<M>(std::marker::PhantomData<M>);

/// An accumulator as the host holds it.
#[derive(Debug)]
pub struct Resource<M: Metric> {
    metric: Rc<M>,
    state: RefCell<M::Accumulator>,
}

/// Writes the words of a panic to the host's log, because a panic is a trap and a trap has none.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| log::error(panic)));
}

impl<M: Metric> describe::Guest for Component<M> {
    fn config_schema() -> String {
        M::config_schema().json()
    }

    fn describe(config: String) -> Result<describe::Descriptor, wit::MetricError> {
        log_panics();
        let metric = M::open(&Config::parse(&config)?)?;
        Ok(metric.describe().into_wit(M::Accumulator::VERSION))
    }
}

impl<M: Metric> aggregate::Guest for Component<M> {
    type Accumulator = Resource<M>;

    fn open(config: String) -> Result<(), wit::MetricError> {
        log_panics();
        let metric: Rc<dyn Any> = Rc::new(M::open(&Config::parse(&config)?)?);
        let opened = OPENED.with(|slot| slot.set(metric));
        opened.map_err(|_| Error::Other("the metric is open already".to_owned()).into())
    }
}

impl<M: Metric> aggregate::GuestAccumulator for Resource<M> {
    fn new(window: Option<wit::Window>) -> Self {
        let metric = opened::<M>().expect("open comes before the first accumulator");
        let state = RefCell::new(metric.create(window.map(Window::from)));
        Self { metric, state }
    }

    fn add(&self, batch: wit::Batch) -> Result<(), wit::MetricError> {
        let batch = Batch::new(batch)?;
        Ok(self.metric.add(&mut self.state.borrow_mut(), &batch)?)
    }

    fn merge(&self, other: aggregate::AccumulatorBorrow<'_>) -> Result<(), wit::MetricError> {
        let other: &Self = other.get();
        let other = other.state.borrow();
        let Ok(mut state) = self.state.try_borrow_mut() else {
            return Err(Error::Other("an accumulator cannot merge itself".to_owned()).into());
        };
        Ok(state.merge(&other)?)
    }

    fn get_result(&self) -> Result<wit::Table, wit::MetricError> {
        Ok(self.metric.result(&self.state.borrow())?.into_wit()?)
    }

    fn snapshot(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        self.state.borrow().write(&mut writer);
        writer.finish()
    }

    fn restore(
        window: Option<wit::Window>,
        version: u32,
        bytes: Vec<u8>,
    ) -> Result<aggregate::Accumulator, wit::MetricError> {
        let metric =
            opened::<M>().ok_or_else(|| Error::Other("the metric is not open".to_owned()))?;
        let state = metric.restore(window.map(Window::from), version, &bytes)?;
        Ok(aggregate::Accumulator::new(Self { metric, state: RefCell::new(state) }))
    }
}

impl<M: Metric> largest::Guest for Component<M> {
    fn get_largest(
        accumulators: Vec<aggregate::AccumulatorBorrow<'_>>,
        rows: u32,
    ) -> Result<Option<largest::LargestRows>, wit::MetricError> {
        let resources: Vec<&Resource<M>> =
            accumulators.iter().map(aggregate::AccumulatorBorrow::get).collect();
        let Some(first) = resources.first() else { return Ok(None) };
        let states: Vec<_> = resources.iter().map(|own| own.state.borrow()).collect();
        let states: Vec<&M::Accumulator> = states.iter().map(|state| &**state).collect();
        let largest = first.metric.largest(&states, rows as usize)?;
        Ok(largest.map(Largest::into_wit).transpose()?)
    }
}

impl<M: Metric> difference::Guest for Component<M> {
    fn get_difference(accumulator: aggregate::AccumulatorBorrow<'_>) -> Vec<u8> {
        let resource: &Resource<M> = accumulator.get();
        let mut writer = Writer::default();
        resource.state.borrow().write_difference(&mut writer);
        writer.finish()
    }
}

impl From<wit::Window> for Window {
    fn from(window: wit::Window) -> Self {
        Self { start: window.start, end: window.end }
    }
}

fn opened<M: Metric>() -> Option<Rc<M>> {
    OPENED.with(|slot| slot.get().cloned())?.downcast().ok()
}
