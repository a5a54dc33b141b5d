//! What the page will show beyond the panels: headlines, thresholds and sentences of records.

use serde_json::{Value, json};
use streamgauge_pipeline::{HeadlineSettings, PanelSettings, Pipeline, ThresholdSettings};

/// The thresholds of all panels, in the order of the metrics.
fn thresholds(pipeline: &Pipeline) -> impl Iterator<Item = (&PanelSettings, &ThresholdSettings)> {
    let panels = pipeline.metrics.iter().flat_map(|metric| &metric.panels);
    panels.flat_map(|panel| panel.thresholds.iter().map(move |threshold| (panel, threshold)))
}

/// A line for each, and one for the ticker.
pub(super) fn lines(pipeline: &Pipeline) -> Vec<String> {
    let headlines = pipeline.headlines.iter();
    let headlines = headlines.map(|headline| format!("headline `{}`: {headline}", headline.id));
    let thresholds = thresholds(pipeline)
        .map(|(panel, threshold)| format!("threshold of panel `{}`: {threshold}", panel.id));
    let ticker = pipeline.ticker.as_ref().map(|ticker| {
        let fields: Vec<_> = ticker.fields.iter().map(|field| format!("`{field}`")).collect();
        let shown = if pipeline.server.show_records { "" } else { ", which are not shown" };
        format!("ticker: sentences of records with {}{shown}", fields.join(", "))
    });
    headlines.chain(thresholds).chain(ticker).collect()
}

/// The same for programs, as the keys of an object.
pub(super) fn json(pipeline: &Pipeline) -> Value {
    let headline = |headline: &HeadlineSettings| {
        json!({
            "id": headline.id,
            "metric": headline.metric,
            "key": headline.of.key(),
            "window": headline.window.to_string(),
            "title": headline.title,
            "compare": headline.compare.iter().map(|each| each.name()).collect::<Vec<_>>(),
        })
    };
    let threshold = |(panel, threshold): (&PanelSettings, &ThresholdSettings)| {
        let (level, side) = threshold.limit.level_and_side();
        json!({
            "panel": panel.id,
            "measure": threshold.measure,
            "key": threshold.key,
            "window": threshold.window,
            "level": level,
            "side": side,
            "value": threshold.value,
        })
    };
    let ticker = pipeline.ticker.as_ref().map(|ticker| {
        let text = ticker.text.iter();
        let text = text.map(|(language, text)| (language.clone(), text.to_string().into()));
        json!({
            "fields": ticker.fields,
            "text": text.collect::<serde_json::Map<String, Value>>(),
            "shown": pipeline.server.show_records,
        })
    });
    json!({
        "headlines": pipeline.headlines.iter().map(headline).collect::<Vec<_>>(),
        "thresholds": thresholds(pipeline).map(threshold).collect::<Vec<_>>(),
        "ticker": ticker,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const PIPELINE: &str = r#"
version = 1
name = "t"
[source.kafka]
brokers = "a:1"
topic = "events"
[schema]
ts = "integer"
province = "text"
[event_time]
field = "ts"
unit = "ms"
[[metric]]
id = "m"
plugin = "m.wasm"
[[headline]]
metric = "m"
key = "2"
title = "Two"
[[panel]]
id = "m"
[[panel.threshold]]
measure = "events"
bad_above = 9
[ticker]
text = "{province}"
[server]
show_records = false
"#;

    #[test]
    fn all_that_is_shown_is_told_to_people_and_to_programs() {
        let parsed = Pipeline::parse(PIPELINE, Path::new("pipeline.toml"));
        let (pipeline, _) = parsed.unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)));
        assert_eq!(
            lines(&pipeline),
            [
                "headline `m.2`: key `2` of metric `m`, window `cumulative`",
                "threshold of panel `m`: bad where `events` is above 9",
                "ticker: sentences of records with `province`, which are not shown",
            ]
        );
        let found = json(&pipeline);
        assert_eq!(found["headlines"][0]["id"], "m.2");
        assert_eq!(found["thresholds"][0]["side"], "above");
        assert_eq!(found["ticker"]["text"]["zh"], "{province}");
        assert_eq!(found["ticker"]["shown"], false);
        let plain = PIPELINE.split("[[headline]]").next().expect("a beginning");
        let (plain, _) = Pipeline::parse(plain, Path::new("pipeline.toml")).expect("it is right");
        assert!(lines(&plain).is_empty());
        assert_eq!(json(&plain)["ticker"], Value::Null);
    }
}
