//! The command line of `produce`.

use std::path::PathBuf;

use clap::Args;

use streamgauge_pipeline::{GeneratorSettings, Shape, Skew};

/// Sends events into Kafka: files, or generated ones.
#[derive(Args, Clone, Debug)]
pub struct ProduceArgs {
    /// CSV files, and JSON lines (.jsonl, .ndjson, .json), sent in this order.
    #[arg(required_unless_present = "generate", conflicts_with = "generate")]
    pub files: Vec<PathBuf>,

    /// Send this many generated events instead of files, such as 100000 or 5M.
    #[arg(long, value_name = "COUNT", value_parser = parse_count)]
    pub generate: Option<u64>,

    /// The seed of the generated events: the same seed gives the same events.
    #[arg(long, conflicts_with = "files", default_value_t = GeneratorSettings::default().seed)]
    pub seed: u64,

    /// Share of the generated events that are late.
    #[arg(long, conflicts_with = "files", value_name = "SHARE", value_parser = parse_share,
          default_value_t = GeneratorSettings::default().late)]
    pub late: f64,

    /// Share of the generated events with dirt of some kind.
    #[arg(long, conflicts_with = "files", value_name = "SHARE", value_parser = parse_share,
          default_value_t = GeneratorSettings::default().dirt)]
    pub dirt: f64,

    /// How many users the generated events have.
    #[arg(long, conflicts_with = "files", value_name = "COUNT", value_parser = parse_count_u32,
          default_value_t = GeneratorSettings::default().users)]
    pub users: u32,

    /// How many items the generated events have.
    #[arg(long, conflicts_with = "files", value_name = "COUNT", value_parser = parse_count_u32,
          default_value_t = GeneratorSettings::default().items)]
    pub items: u32,

    /// How many generated events the days from 05-11 to 11-11 take; all of them unless set.
    #[arg(long, conflicts_with = "files", value_name = "COUNT", value_parser = parse_count)]
    pub season: Option<u64>,

    /// The pipeline whose schema, brokers and topic are used.
    #[arg(short, long, value_name = "FILE", default_value = "pipeline.toml")]
    pub config: PathBuf,

    /// Brokers as host:port, separated by commas, instead of the pipeline's.
    #[arg(long, value_name = "HOST:PORT")]
    pub brokers: Option<String>,

    /// The topic instead of the pipeline's.
    #[arg(long)]
    pub topic: Option<String>,

    /// The field whose value is the key: equal keys go to the same partition, as with Kafka's own
    /// clients. Without a key, records take turns.
    #[arg(long, value_name = "FIELD")]
    pub key: Option<String>,

    /// Create the topic with this many partitions if it does not exist.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub partitions: Option<u32>,

    /// Events per second; as fast as possible unless set.
    #[arg(long, value_name = "EVENTS", value_parser = parse_rate)]
    pub rate: Option<f64>,

    /// Line 1 of CSV files is a header; recognised by its names unless set.
    #[arg(long, conflicts_with = "no_header")]
    pub header: bool,

    /// CSV files have no header: their columns follow the schema.
    #[arg(long)]
    pub no_header: bool,

    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}

impl ProduceArgs {
    /// The header setting of the flags; `None` means that line 1 decides.
    pub(super) fn header_setting(&self) -> Option<bool> {
        if self.header { Some(true) } else { self.no_header.then_some(false) }
    }

    /// The settings of the generator for `count` events in one partition.
    pub(super) fn generator(&self, count: u64) -> GeneratorSettings {
        GeneratorSettings {
            shape: Shape::Shop,
            rate: self.rate.unwrap_or(f64::INFINITY),
            seed: self.seed,
            partitions: 1,
            season: self.season.unwrap_or(count),
            limit: Some(count),
            swing: false,
            late: self.late,
            dirt: self.dirt,
            users: self.users,
            items: self.items,
            skew: Skew::default(),
        }
    }
}

/// Reads a count such as `100000`, `100_000`, `20k` or `5M`.
fn parse_count(text: &str) -> Result<u64, String> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let (digits, factor) = match digits.char_indices().last() {
        Some((at, 'k' | 'K')) => (&digits[..at], 1_000),
        Some((at, 'm' | 'M')) => (&digits[..at], 1_000_000),
        Some((at, 'g' | 'G')) => (&digits[..at], 1_000_000_000),
        _ => (digits.as_str(), 1),
    };
    let whole = if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None };
    match whole.and_then(|count: u64| count.checked_mul(factor)) {
        Some(count) if count > 0 => Ok(count),
        _ => Err("write a count from 1 on, such as 100000, 20k or 5M".to_owned()),
    }
}

fn parse_count_u32(text: &str) -> Result<u32, String> {
    let count = parse_count(text)?;
    u32::try_from(count).map_err(|_| format!("write a count up to {}", u32::MAX))
}

fn parse_share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("write a share from 0 to 1, such as 0.02".to_owned()),
    }
}

fn parse_rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => match parse_count(text) {
            Ok(count) => Ok(count as f64),
            Err(_) => Err("write events per second, such as 500 or 20k".to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        args: ProduceArgs,
    }

    fn parse(line: &str) -> Result<ProduceArgs, String> {
        let words = std::iter::once("produce").chain(line.split_whitespace());
        Command::try_parse_from(words).map(|c| c.args).map_err(|e| e.to_string())
    }

    #[test]
    fn counts_have_units() {
        let counts = [("7", 7), ("100_000", 100_000), ("20k", 20_000), ("5M", 5_000_000)];
        for (text, count) in counts {
            assert_eq!(parse_count(text), Ok(count));
        }
        for text in
            ["", "0", "-1", "+1", "1.5M", "M", "5 M", "99999999999999999999", "99999999999G"]
        {
            assert!(parse_count(text).is_err(), "{text}");
        }
        assert!(parse_count_u32("5G").is_err());
        assert_eq!(parse_rate("0.5"), Ok(0.5));
        assert_eq!(parse_rate("20k"), Ok(20_000.0));
        for text in ["0", "-1", "inf", "NaN", "fast"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn files_or_generated_events_but_not_both() {
        assert_eq!(parse("a.csv b.jsonl").map(|a| a.files.len()), Ok(2));
        assert_eq!(
            parse("--generate 5M --seed 3").map(|a| (a.generate, a.seed)),
            Ok((Some(5_000_000), 3))
        );
        for line in ["", "a.csv --generate 5", "a.csv --seed 3", "--generate 5 --late 2"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn the_header_is_recognised_unless_a_flag_says_otherwise() {
        let header = |line| parse(line).map(|a| a.header_setting());
        assert_eq!(header("a.csv"), Ok(None));
        assert_eq!(header("a.csv --header"), Ok(Some(true)));
        assert_eq!(header("a.csv --no-header"), Ok(Some(false)));
        assert!(header("a.csv --header --no-header").is_err());
    }
}
