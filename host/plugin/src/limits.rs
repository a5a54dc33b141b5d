//! What one instance may take: memory over all of its memories and tables together, and the time of
//! a call.

use std::fmt;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use wasmtime::ResourceLimiter;

use super::epoch::EPOCH;

/// Instances, memories and tables of one store: a component of several modules has some of each.
const PARTS_MAX: usize = 64;

/// What an element of a table costs: a pointer.
const ELEMENT_BYTES: usize = size_of::<usize>();

/// A call that has waited for the processor for so many times its limit is told, or ended.
pub(super) const WAITS_MAX: u32 = 20;

/// The memory that a store may have, and has.
#[derive(Debug)]
pub(super) struct MemoryLimit {
    bytes_max: usize,
    pub(super) bytes: usize,
}

/// A growth that was refused.
#[derive(Debug)]
pub(super) struct OverMemory;

impl fmt::Display for OverMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("over the limit of its memory")
    }
}

impl std::error::Error for OverMemory {}

impl MemoryLimit {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, bytes: 0 }
    }

    /// Takes `more` bytes. One that may not have them is ended: no plugin has a way to go on.
    fn take(&mut self, more: usize) -> wasmtime::Result<bool> {
        let bytes = self.bytes.saturating_add(more);
        if bytes > self.bytes_max {
            return Err(wasmtime::Error::new(OverMemory));
        }
        self.bytes = bytes;
        Ok(true)
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.take(desired.saturating_sub(current))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.take(desired.saturating_sub(current).saturating_mul(ELEMENT_BYTES))
    }

    fn instances(&self) -> usize {
        PARTS_MAX
    }

    fn tables(&self) -> usize {
        PARTS_MAX
    }

    fn memories(&self) -> usize {
        PARTS_MAX
    }
}

/// The time of the present call, and of those before it that share its limit. What counts is the
/// processor time of the thread that makes the call, so that a machine with too much to do condemns
/// nobody: after [`WAITS_MAX`] times the limit a call that waits is told, and again each time that
/// twice as much has passed. It is ended only where it can be made again.
#[derive(Debug)]
pub(super) struct CallTime {
    max: Duration,
    began: Instant,
    /// The processor time of the thread when the call was looked at first: a call that is over
    /// before costs no look.
    first: Option<Duration>,
    /// `None` means that each call has the limit for itself.
    shared: Option<Shared>,
    /// True if a call that waits is ended.
    is_hurried: bool,
    /// How often its waiting was told.
    told: u32,
}

/// The calls that were made before the present one and share its limit.
#[derive(Clone, Copy, Debug, Default)]
struct Shared {
    calls: u32,
    computed: Duration,
    passed: Duration,
}

/// A call that took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OverTime {
    /// It computed longer than the limit.
    Computed(Duration),
    /// It and those before it that share its limit computed longer than the limit.
    Together {
        /// `time_max` of the metric.
        max: Duration,
        /// The number of all of them.
        calls: u32,
    },
    /// It waited for the processor.
    Waited(Duration),
}

impl fmt::Display for OverTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Computed(time) => write!(f, "it computed longer than {time:?}"),
            Self::Together { max, calls } => {
                write!(f, "{calls} calls together computed longer than {max:?}")
            }
            Self::Waited(time) => write!(f, "it was not done after {time:?}"),
        }
    }
}

impl std::error::Error for OverTime {}

impl CallTime {
    pub(super) fn new(max: Duration) -> Self {
        Self { max, began: Instant::now(), first: None, shared: None, is_hurried: false, told: 0 }
    }

    /// From now on all calls share one limit, or each has it for itself again.
    pub(super) fn share(&mut self, shares: bool) {
        self.shared = shares.then(Shared::default);
        self.told = 0;
    }

    /// From now on a call that waits is ended.
    pub(super) fn hurry(&mut self) {
        self.is_hurried = true;
    }

    /// The time of the next call counts from now.
    pub(super) fn begin(&mut self) {
        // Calls that share a limit are many: as long as all of them are over within one step of the
        // clock, none is looked at.
        let is_looked_at = self.shared.is_some_and(|shared| shared.passed >= EPOCH);
        if self.shared.is_none() {
            self.told = 0;
        }
        (self.began, self.first) = (Instant::now(), is_looked_at.then(thread_time));
    }

    /// The call is over: how long it took.
    ///
    /// # Errors
    /// With this call, those that share a limit took too long.
    pub(super) fn end(&mut self) -> (Duration, Result<(), OverTime>) {
        let passed = self.began.elapsed();
        let computed = self.first.map(|first| thread_time().saturating_sub(first));
        (passed, self.end_after(passed, computed.unwrap_or_default()))
    }

    fn end_after(&mut self, passed: Duration, computed: Duration) -> Result<(), OverTime> {
        let Some(shared) = &mut self.shared else { return Ok(()) };
        shared.calls += 1;
        shared.passed += passed;
        shared.computed += computed;
        let calls = shared.calls;
        let is_over = shared.computed >= self.max;
        if is_over { Err(OverTime::Together { max: self.max, calls }) } else { Ok(()) }
    }

    /// Looks at a call that runs, in its own thread. Where it waits so long that people should know,
    /// the time that has passed is returned.
    ///
    /// # Errors
    /// It took too long.
    pub(super) fn look(&mut self) -> Result<Option<Duration>, OverTime> {
        self.look_at(self.began.elapsed(), thread_time())
    }

    fn look_at(
        &mut self,
        passed: Duration,
        computed: Duration,
    ) -> Result<Option<Duration>, OverTime> {
        let first = *self.first.get_or_insert(computed);
        let (max, before) = (self.max, self.shared.unwrap_or_default());
        let computed = computed.saturating_sub(first);
        if before.computed + computed >= max {
            // Most of it is what is told.
            let together = OverTime::Together { max, calls: before.calls + 1 };
            let is_own = computed >= before.computed;
            return Err(if is_own { OverTime::Computed(max) } else { together });
        }
        let waits_max = max * WAITS_MAX;
        let passed = before.passed + passed;
        if passed < waits_max.saturating_mul(1 << self.told.min(20)) {
            return Ok(None);
        }
        if self.is_hurried {
            return Err(OverTime::Waited(waits_max));
        }
        self.told += 1;
        Ok(Some(passed))
    }
}

/// The processor time of this thread.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_memories_and_tables_count_together() {
        let mut limit = MemoryLimit::new(1000);
        assert!(limit.memory_growing(0, 400, None).expect("there is room"));
        assert!(limit.memory_growing(0, 200, None).expect("there is room for a second one"));
        assert!(limit.table_growing(0, 400 / ELEMENT_BYTES, None).expect("and for a table"));
        assert_eq!(limit.bytes, 1000);
        let refused = limit.memory_growing(200, 201, None).expect_err("no room");
        assert!(refused.is::<OverMemory>(), "{refused}");
        assert!(limit.table_growing(0, usize::MAX, None).is_err());
    }

    /// A component may have many modules, each with a memory and a table of its own.
    #[test]
    fn the_modules_of_a_component_share_one_limit() {
        let engine = wasmtime::Engine::default();
        let instantiated = |modules: usize| {
            let module = "(core module $m (memory 16) (table 1000 funcref))";
            let instances = "(core instance (instantiate $m))".repeat(modules);
            let bytes = wat::parse_str(format!("(component {module} {instances})"));
            let bytes = bytes.expect("a component");
            let component = wasmtime::component::Component::new(&engine, bytes).expect("compiled");
            let mut store = wasmtime::Store::new(&engine, MemoryLimit::new(8 << 20));
            store.limiter(|limit| limit);
            let linker = wasmtime::component::Linker::new(&engine);
            let made = linker.instantiate(&mut store, &component).map(drop);
            (made, store.data().bytes)
        };
        let (made, bytes) = instantiated(7);
        assert!(made.is_ok());
        assert_eq!(bytes, 7 * ((1 << 20) + 1000 * ELEMENT_BYTES));
        let refused = instantiated(8).0.expect_err("8 MiB and eight tables");
        assert!(refused.is::<OverMemory>(), "{refused:?}");
    }

    #[test]
    fn a_call_is_ended_for_what_it_computes_and_not_for_its_wait() {
        let at = Duration::from_millis;
        let mut time = CallTime::new(at(1000));
        assert_eq!(time.look_at(at(10), at(7000)), Ok(None));
        // The machine had other things to do for 10 s.
        assert_eq!(time.look_at(at(10_010), at(7300)), Ok(None));
        assert_eq!(time.look_at(at(10_800), at(8000)), Err(OverTime::Computed(at(1000))));
        time.begin();
        assert_eq!(time.look_at(at(10), at(8000)), Ok(None), "the next call begins anew");
        // A call that cannot be made again is told, more and more rarely, and not ended.
        for (passed, told) in [(20_000, true), (20_010, false), (39_990, false), (40_000, true)] {
            let waits = time.look_at(at(passed), at(8100));
            assert_eq!(waits, Ok(told.then_some(at(passed))), "after {passed} ms");
        }
        time.begin();
        time.hurry();
        assert_eq!(time.look_at(at(10), at(8000)), Ok(None));
        assert_eq!(time.look_at(at(20_000), at(8100)), Err(OverTime::Waited(at(20_000))));
    }

    /// A plugin with many panes, or one that is called again and again, has no more time than one
    /// call.
    #[test]
    fn calls_that_share_a_limit_are_ended_for_what_they_compute_together() {
        let at = Duration::from_millis;
        let mut time = CallTime::new(at(1000));
        assert_eq!(time.end_after(at(900), at(900)), Ok(()), "each for itself");
        time.share(true);
        for _ in 0..3 {
            time.begin();
            assert_eq!(time.end_after(at(300), at(300)), Ok(()));
        }
        time.begin();
        assert!(time.first.is_some(), "there is something to measure");
        time.first = None;
        assert_eq!(time.look_at(at(10), at(7000)), Ok(None));
        assert_eq!(
            time.look_at(at(110), at(7100)),
            Err(OverTime::Together { max: at(1000), calls: 4 })
        );
        assert_eq!(
            time.end_after(at(100), at(100)),
            Err(OverTime::Together { max: at(1000), calls: 4 }),
            "also where each is over before it is looked at"
        );
        time.share(true);
        assert_eq!(time.end_after(at(100), at(100)), Ok(()), "the next hand-over begins anew");
        time.begin();
        time.first = None;
        assert_eq!(time.look_at(at(10), at(7100)), Ok(None));
        let own = time.look_at(at(990), at(8000));
        assert_eq!(own, Err(OverTime::Computed(at(1000))), "the one that took most is told");
        time.hurry();
        assert_eq!(
            time.look_at(at(19_900), at(7100)),
            Err(OverTime::Waited(at(20_000))),
            "waiting is shared too"
        );
    }

    #[test]
    fn the_time_of_a_thread_goes_on_while_it_computes() {
        let before = thread_time();
        let mut sum = 0_u64;
        while thread_time() == before {
            sum = std::hint::black_box(sum + 1);
        }
        std::thread::sleep(Duration::from_millis(200));
        let computed = thread_time().saturating_sub(before);
        assert!(computed < Duration::from_millis(200), "sleep does not count");
    }
}
