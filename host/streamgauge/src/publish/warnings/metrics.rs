//! Metrics that stopped, that cannot be read, that come near their limit, or that keep a worker from
//! its other work.

use streamgauge_core::WallClock;
use streamgauge_outbox::Overview;
use streamgauge_plugin::Plugin;
use streamgauge_view::Trouble;

use crate::publish::costs::Costs;
use crate::run::cause::{Cause, CauseCode};

/// The share of `memory_max`, in percent, from which on a metric is warned of.
const MEMORY_PERCENT: u64 = 80;

/// The share of a worker's time, in percent, above which a metric is warned of.
const BUSY_PERCENT: f64 = 50.0;

/// The warning of a metric with a trouble.
pub(super) fn of_trouble(id: &str, trouble: &Trouble) -> Cause {
    let (code, message) = match trouble {
        Trouble::Stopped(stopped) => {
            let places = stopped.places();
            (
                CauseCode::MetricStopped,
                format!("metric `{id}` stopped at {places}: {}", stopped.stop),
            )
        }
        Trouble::Lagging(_) | Trouble::Building { .. } => {
            (CauseCode::MetricLagging, format!("metric `{id}`: {}", trouble.reason()))
        }
        Trouble::Unreadable { .. } => {
            (CauseCode::MetricUnreadable, format!("metric `{id}`: {}", trouble.reason()))
        }
    };
    let mut cause = Cause::warning(code, message, &[("metric", id.to_owned())]);
    let mut tell = |name: &str, value: String| cause.args.insert(name.to_owned(), value);
    tell("reason", trouble.reason());
    if let Trouble::Lagging(lagging) | Trouble::Building { lagging, .. } = trouble {
        tell("read", lagging.read.to_string());
        tell("of", lagging.of.to_string());
        tell("percent", lagging.percent().to_string());
    }
    if let Trouble::Stopped(stopped) = trouble {
        tell("places", stopped.places());
        if let Some(call) = stopped.stop.call {
            tell("call", call.name().to_owned());
        }
        if let Some(WallClock(since)) = stopped.stop.since {
            tell("since", since.to_string());
        }
    }
    cause.remedy = Some(trouble.remedy().to_owned());
    cause
}

/// The warnings of what a metric costs.
pub(super) fn of_costs(plugin: &Plugin, overview: &Overview, costs: &Costs) -> Vec<Cause> {
    let id = &plugin.settings().id;
    let memory = |cost: &streamgauge_outbox::MetricCost| cost.memory_bytes;
    let of_workers = overview.workers.iter().filter_map(|worker| worker.counts.costs.get(id));
    let used = of_workers.map(memory).max().unwrap_or_default();
    let near = near_limit(id, used, plugin.memory_bytes_max() as u64);
    near.into_iter().chain(busy(id, costs.largest_share(id))).collect()
}

fn near_limit(id: &str, used: u64, limit: u64) -> Option<Cause> {
    if used * 100 < limit * MEMORY_PERCENT {
        return None;
    }
    let mib = |bytes: u64| format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20));
    let percent = used * 100 / limit.max(1);
    let message = format!(
        "metric `{id}` uses {} of its `memory_max` of {} ({percent} %) on one worker; at the limit \
         it stops: raise `memory_max`, or let it keep fewer keys",
        mib(used),
        mib(limit)
    );
    let args = [
        ("metric", id.to_owned()),
        ("bytes", used.to_string()),
        ("limit", limit.to_string()),
        ("percent", percent.to_string()),
    ];
    Some(Cause::warning(CauseCode::MemoryNearLimit, message, &args))
}

fn busy(id: &str, share: f64) -> Option<Cause> {
    let percent = share * 100.0;
    if percent <= BUSY_PERCENT {
        return None;
    }
    let message = format!(
        "the plugin of metric `{id}` takes {percent:.0} % of a worker's time, so all metrics of \
         that worker wait for it; `streamgauge plugin test` tells what a row costs"
    );
    let args = [("metric", id.to_owned()), ("percent", format!("{percent:.0}"))];
    Some(Cause::warning(CauseCode::PluginBusy, message, &args))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_warned_of_from_four_fifths_of_the_limit_on() {
        assert_eq!(near_limit("a", 799, 1000), None);
        let cause = near_limit("a", 800, 1000).expect("a warning");
        assert_eq!(
            (cause.code, cause.args["percent"].as_str()),
            (CauseCode::MemoryNearLimit, "80")
        );
        assert!(cause.message.contains("raise `memory_max`"), "{}", cause.message);
    }

    #[test]
    fn a_plugin_is_warned_of_by_name_above_half_of_a_worker() {
        assert_eq!(busy("a", 0.5), None);
        let cause = busy("slow", 0.51).expect("a warning");
        assert!(cause.message.contains("metric `slow` takes 51 %"), "{}", cause.message);
    }
}
