//! `streamgauge plugin test`: the laws, hostile rows and the author's cases on a finished component
//! of any language.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::compiling::Compiling;
use super::inspect::parse_config;
use crate::cli::failure::Failure;
use crate::cli::output::{print_out, tell};
use crate::run::compiler;
use streamgauge_oracle::laws::cost::{BATCH_ROWS, Cost, measure};
use streamgauge_oracle::laws::growth::{Growth, grow};
use streamgauge_oracle::laws::{Cases, Check, Effort, Failure as Broken, prove};
use streamgauge_pipeline::MetricSettings;
use streamgauge_plugin::{CallError, Plugin};

/// The seed unless another one is asked for: any number does.
const SEED: u64 = 20_151_111;

/// Where cases are looked for, beside the component.
const CASES: &str = "cases.toml";

/// Hold a plugin against the laws, hostile rows and the author's cases.
#[derive(Args, Debug)]
pub(super) struct TestArgs {
    /// The component, a `.wasm` file.
    file: PathBuf,

    /// The author's cases; by default, cases.toml beside the component if there is one.
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,

    /// The metric's configuration, as a JSON object.
    #[arg(long = "with", value_name = "JSON", default_value = "{}", value_parser = parse_config)]
    config: Value,

    /// The same seed gives the same rows.
    #[arg(long, default_value_t = SEED)]
    seed: u64,

    /// How many generated trials each law is held against.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rounds: u32,

    /// Also tell what the metric costs with so many different values.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    keys: Option<u32>,

    /// Print only what failed and the verdict; measure no costs.
    #[arg(long)]
    brief: bool,

    /// Fail for laws only: cases may lag behind a metric that is being changed.
    #[arg(long, hide = true)]
    cases_may_fail: bool,

    /// Print the verdict as JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    compiling: Compiling,
}

pub(super) fn test(args: &TestArgs) -> Result<(), Failure> {
    let alone = MetricSettings::alone(&args.file, args.config.clone());
    let settings = args.compiling.within(alone);
    let runtime = compiler::runtime();
    let cases = cases(args)?;
    let loaded = runtime.load(&settings);
    // A plugin that needs a configuration can be held against cases that bring one.
    let plugin = loaded.map_err(|error| {
        Failure::usage(format!(
            "{error}\nhint: {}; `--with JSON` gives a configuration",
            error.hint()
        ))
    })?;
    let checks = RefCell::new(Vec::new());
    let mut told = |check: Check| {
        let is_told = if args.brief { !check.holds() } else { true };
        if is_told && !args.json {
            tell(format_args!("{}", line(&check, &checks.borrow())));
        }
        checks.borrow_mut().push(check);
    };
    if let Some(cases) = &cases {
        cases.check(&runtime, &settings, &mut told);
    }
    let cases = checks.borrow().iter().filter(|check| !check.holds()).count();
    let began = Instant::now();
    let clock = || began.elapsed();
    prove(&plugin, Effort { seed: args.seed, rounds: args.rounds }, &clock, &mut told);
    let checks = checks.into_inner();
    let failed = checks.iter().filter(|check| !check.holds()).count();
    let cost =
        if args.brief || failed > 0 { None } else { measure(&plugin, args.seed, &clock).ok() };
    let growth = args.keys.map(|keys| grow(&plugin, keys as usize, &clock));
    if args.json {
        let mut document = document(args, &plugin, &checks, cost.as_ref());
        document["keys"] = growth.as_ref().map_or(Value::Null, growth_document);
        print_out(document)?;
    } else {
        let growth = growth.as_ref().map(|growth| growth_words(growth, &plugin));
        print_out(summary(args, &checks, failed, cost.as_ref(), growth))?;
    }
    match failed {
        _ if args.cases_may_fail && failed == cases => Ok(()),
        0 => Ok(()),
        1 => Err(Failure::failed("1 check failed")),
        _ => Err(Failure::failed(format!("{failed} checks failed"))),
    }
}

fn cases(args: &TestArgs) -> Result<Option<Cases>, Failure> {
    let beside = args.file.parent().unwrap_or(Path::new("")).join(CASES);
    let path = match &args.cases {
        Some(path) => path.clone(),
        None if beside.is_file() => beside,
        None => return Ok(None),
    };
    Cases::read(&path).map(Some).map_err(Failure::usage)
}

/// A check as a line, with the counterexample below where the check failed. A check that crashed in
/// the same way as one of `before` needs no further example.
fn line(check: &Check, before: &[Check]) -> String {
    let crash = |check: &Check| {
        let difference = &check.failure.as_ref()?.difference;
        difference.sides.is_none().then(|| difference.words.clone())
    };
    let known = crash(check).and_then(|words| {
        before.iter().find(|other| crash(other).is_some_and(|other| words.ends_with(&other)))
    });
    if let Some(known) = known {
        return format!("FAILED  {}\n    as \"{}\"", check.name, known.name);
    }
    let rounds =
        if check.rounds > 1 { format!("  ({} trials)", check.rounds) } else { String::new() };
    match &check.failure {
        None => format!("ok      {}{rounds}", check.name),
        Some(broken) => format!("FAILED  {}\n{}", check.name, indented(&explained(broken))),
    }
}

fn explained(broken: &Broken) -> String {
    let mut parts = vec![broken.difference.words.clone()];
    if let Some(rows) = &broken.rows {
        let division = if broken.division.is_empty() {
            String::new()
        } else {
            format!(" ({})", broken.division)
        };
        let has_rows = rows.lines().count() > 1;
        let rows = if has_rows { format!("\n{}", indented(rows)) } else { " none".to_owned() };
        parts.push(format!("rows{division}:{rows}"));
    }
    for (name, shown) in broken.difference.sides.iter().flatten() {
        parts.push(format!("{name}:\n{}", indented(shown)));
    }
    parts.join("\n")
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

/// The cost of many keys, or how many there were when a call failed.
type Grown = Result<Growth, (usize, CallError)>;

fn growth_words(growth: &Grown, plugin: &Plugin) -> String {
    match growth {
        Ok(growth) => {
            let ms = |time: Duration| time.as_secs_f64() * 1000.0;
            let (limit, at) = growth.first;
            format!(
                "keys    {}: {:.0} bytes a key of memory, {:.0} of a snapshot; a snapshot takes {:.1} ms, reading it {:.1} ms, a merge {:.1} ms, the result {:.1} ms\n        `{}` is met first, at about {at} keys; memory_max is {} MiB, time_max {:?}",
                growth.keys,
                growth.memory_bytes,
                growth.snapshot_bytes,
                ms(growth.snapshot),
                ms(growth.restore),
                ms(growth.merge),
                ms(growth.result),
                limit.name(),
                plugin.memory_bytes_max() >> 20,
                plugin.settings().time_max,
            )
        }
        Err((keys, error)) => format!("keys    after {keys} keys: {error}"),
    }
}

fn growth_document(growth: &Grown) -> Value {
    match growth {
        Ok(growth) => json!({
            "keys": growth.keys,
            "memory_bytes_per_key": growth.memory_bytes,
            "snapshot_bytes_per_key": growth.snapshot_bytes,
            "snapshot_seconds": growth.snapshot.as_secs_f64(),
            "restore_seconds": growth.restore.as_secs_f64(),
            "merge_seconds": growth.merge.as_secs_f64(),
            "result_seconds": growth.result.as_secs_f64(),
            "first_limit": growth.first.0.name(),
            "first_limit_keys": growth.first.1,
        }),
        Err((keys, error)) => json!({ "keys": keys, "error": error.to_string() }),
    }
}

fn summary(
    args: &TestArgs,
    checks: &[Check],
    failed: usize,
    cost: Option<&Cost>,
    growth: Option<String>,
) -> String {
    let mut lines = Vec::new();
    if let Some(cost) = cost {
        let by_size =
            BATCH_ROWS.iter().zip(cost.row_ns).map(|(rows, ns)| format!("{ns:.1} at {rows}"));
        lines.push(format!(
            "cost    ns a row by rows in a batch: {}",
            by_size.collect::<Vec<_>>().join(", ")
        ));
        lines.push(format!(
            "        {:.2} µs a call without rows; after 1,000 rows {} bytes of memory an accumulator, {} bytes a snapshot; {} KiB an instance",
            cost.call_ns / 1000.0,
            cost.accumulator_bytes,
            cost.state_bytes,
            cost.instance_bytes >> 10,
        ));
    }
    lines.extend(growth);
    let verdict = if failed == 0 { "passed" } else { "FAILED" };
    lines.push(format!(
        "{verdict}: {} of {} checks hold (seed {})",
        checks.len() - failed,
        checks.len(),
        args.seed
    ));
    lines.join("\n")
}

fn document(args: &TestArgs, plugin: &Plugin, checks: &[Check], cost: Option<&Cost>) -> Value {
    let check = |check: &Check| {
        let failure = check.failure.as_ref().map(|broken| {
            let sides = broken.difference.sides.iter().flatten();
            json!({
                "words": broken.difference.words,
                "rows": broken.rows,
                "division": broken.division,
                "sides": sides.map(|(name, shown)| json!({ "name": name, "shown": shown })).collect::<Vec<_>>(),
            })
        });
        json!({ "name": check.name, "holds": check.holds(), "trials": check.rounds, "failure": failure })
    };
    let cost = cost.map(|cost| {
        let by_size =
            BATCH_ROWS.iter().zip(cost.row_ns).map(|(rows, ns)| (rows.to_string(), ns.into()));
        json!({
            "row_ns": Value::Object(by_size.collect()),
            "call_ns": cost.call_ns,
            "state_bytes": cost.state_bytes,
            "accumulator_bytes": cost.accumulator_bytes,
            "instance_bytes": cost.instance_bytes,
        })
    });
    json!({
        "name": plugin.descriptor().name,
        "version": plugin.descriptor().version,
        "sha256": plugin.digest().to_string(),
        "seed": args.seed,
        "rounds": args.rounds,
        "passed": checks.iter().all(Check::holds),
        "checks": checks.iter().map(check).collect::<Vec<_>>(),
        "cost": cost,
    })
}
