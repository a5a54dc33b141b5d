//! Commands in words for people: one that is copied works on the same pipeline.

use std::path::Path;

/// The commands that work on a pipeline.
const OF_PIPELINES: [&str; 10] = [
    "run",
    "check",
    "produce",
    "verify",
    "explain",
    "replay",
    "reload",
    "metric",
    "state",
    "plugin lock",
];

/// The option that names the pipeline at `path` to a command, with a space before it; empty where a
/// command finds the pipeline by itself.
pub fn config_option(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+');
    match path.as_str() {
        "pipeline.toml" => String::new(),
        _ if path.chars().all(is_plain) => format!(" --config {path}"),
        _ => format!(" --config '{}'", path.replace('\'', "'\\''")),
    }
}

/// `words` with `option` at the end of each command in back quotes that works on a pipeline.
pub fn with_option(words: &str, option: &str) -> String {
    let mut parts: Vec<String> = words.split('`').map(str::to_owned).collect();
    let last = parts.len() - 1;
    for (i, part) in parts.iter_mut().enumerate() {
        // A quote that is not closed quotes nothing.
        if i % 2 == 1 && i < last && is_of_pipeline(part) {
            part.push_str(option);
        }
    }
    parts.join("`")
}

fn is_of_pipeline(command: &str) -> bool {
    let Some(rest) = command.strip_prefix("streamgauge ") else { return false };
    let named = |name: &&str| {
        rest.strip_prefix(*name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    OF_PIPELINES.iter().any(named) && !rest.contains("--config")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_a_pipeline_name_it() {
        let option = config_option(Path::new("/etc/shop.toml"));
        for (words, expected) in [
            (
                "run `streamgauge run --rebuild`, or go",
                "run `streamgauge run --rebuild --config /etc/shop.toml`, or go",
            ),
            ("`streamgauge state reset`", "`streamgauge state reset --config /etc/shop.toml`"),
            (
                "`streamgauge plugin lock` writes",
                "`streamgauge plugin lock --config /etc/shop.toml` writes",
            ),
            ("`streamgauge plugin inspect FILE`", "`streamgauge plugin inspect FILE`"),
            ("`streamgauge runs`, `memory_max`", "`streamgauge runs`, `memory_max`"),
            ("`streamgauge check --config a.toml`", "`streamgauge check --config a.toml`"),
            ("`a` b `streamgauge run", "`a` b `streamgauge run"),
            ("", ""),
        ] {
            assert_eq!(with_option(words, &option), expected);
            assert_eq!(with_option(words, ""), words);
        }
    }
}
