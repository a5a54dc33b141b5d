//! `streamgauge plugin inspect`: what a component says of itself, for people and for programs.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::failure::Failure;
use crate::cli::output::print_out;
use streamgauge_pipeline::MetricSettings;
use streamgauge_plugin::{CONTRACT, Descriptor, Output, Plugin, Role, Runtime, View, field_type};

/// The longest bar of a sketch, in characters.
const BAR: usize = 24;

/// The most rows of a sketch.
const SKETCH_ROWS: usize = 5;

/// Show what a plugin reads, gives and shows, what it imports, and its digest.
#[derive(Args, Debug)]
pub(super) struct InspectArgs {
    /// The component, a `.wasm` file.
    file: PathBuf,

    /// The metric's configuration, where the plugin's description depends on one.
    #[arg(long = "with", value_name = "JSON", default_value = "{}", value_parser = parse_config)]
    config: Value,

    /// Print the description as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn inspect(args: &InspectArgs) -> Result<(), Failure> {
    let settings = MetricSettings::alone(&args.file, args.config.clone());
    let plugin = Runtime::caching()
        .load(&settings)
        .map_err(|error| Failure::usage(format!("{error}\nhint: {}", error.hint())))?;
    if args.json { print_out(document(&plugin)) } else { print_out(text(&plugin)) }
}

pub(super) fn parse_config(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(config @ Value::Object(_)) => Ok(config),
        Ok(_) => Err("the configuration is a JSON object, as in {\"top\": 10}".to_owned()),
        Err(error) => Err(format!("not JSON: {error}")),
    }
}

fn document(plugin: &Plugin) -> Value {
    let descriptor = plugin.descriptor();
    let texts = |texts: &[(String, String)]| {
        Value::Object(texts.iter().map(|(l, text)| (l.clone(), text.as_str().into())).collect())
    };
    let input = |input: &streamgauge_plugin::Input| {
        let kind = field_type(input.type_).name();
        json!({ "name": input.name, "type": kind, "nullable": input.nullable })
    };
    let output = |output: &Output| {
        json!({
            "name": output.name,
            "type": field_type(output.type_).name(),
            "role": role(output),
            "title": texts(&output.title),
            "unit": output.unit,
            "additive": output.additive,
            "error_of": output.error_of,
            "labels": output.labels.len(),
        })
    };
    let view = |view: &View| {
        json!({
            "id": view.id,
            "title": texts(&view.title),
            "chart": view.chart,
            "dimension": view.dimension,
            "across": view.across,
            "measures": view.measures,
            "top": view.top,
            "sorted": view.sorted,
            "size": view.size,
        })
    };
    json!({
        "name": descriptor.name,
        "version": descriptor.version,
        "doc": texts(&descriptor.doc),
        "contract": CONTRACT,
        "state_version": descriptor.state_version,
        "merge": merge(descriptor),
        "bytes": plugin.file_bytes(),
        "sha256": plugin.digest().to_string(),
        "imports": plugin.imports(),
        "inputs": descriptor.inputs.iter().map(input).collect::<Vec<_>>(),
        "outputs": descriptor.outputs.iter().map(output).collect::<Vec<_>>(),
        "views": descriptor.views.iter().map(view).collect::<Vec<_>>(),
        "config_schema": serde_json::from_str::<Value>(&descriptor.config_schema).ok(),
    })
}

fn text(plugin: &Plugin) -> String {
    let descriptor = plugin.descriptor();
    let mut lines = vec![format!("{} {}", descriptor.name, descriptor.version)];
    lines.extend(descriptor.doc.iter().map(|(language, doc)| format!("  {language}: {doc}")));
    lines.push(format!("contract   streamgauge:metric@{CONTRACT}"));
    lines.push(format!(
        "state      version {}, merge {}",
        descriptor.state_version,
        merge(descriptor)
    ));
    lines.push(format!("file       {} bytes, sha256 {}", plugin.file_bytes(), plugin.digest()));
    lines.push(format!("imports    {}", plugin.imports().join(", ")));
    lines.push("reads".to_owned());
    lines.extend(descriptor.inputs.iter().map(|input| {
        let nullable = if input.nullable { ", may be null" } else { "" };
        format!("  {}: {}{nullable}", input.name, field_type(input.type_).name())
    }));
    lines.push("gives".to_owned());
    lines.extend(descriptor.outputs.iter().map(output_line));
    for view in &descriptor.views {
        lines.extend(sketch(view, &descriptor.outputs));
    }
    lines.extend(config_lines(&descriptor.config_schema));
    lines.join("\n")
}

/// The keys of `[metric.config]`, each with the words of its schema; a schema in another form is
/// printed unchanged.
fn config_lines(schema: &str) -> Vec<String> {
    if schema.is_empty() {
        return Vec::new();
    }
    let parsed: Value = serde_json::from_str(schema).unwrap_or_default();
    let Some(keys) = parsed["properties"].as_object() else {
        return vec![format!("config     {schema}")];
    };
    let line = |(key, about): (&String, &Value)| {
        let default = about.get("default").map_or(String::new(), |d| format!(" (default {d})"));
        format!("  {key}: {}{default}", about["description"].as_str().unwrap_or_default())
    };
    std::iter::once("config".to_owned()).chain(keys.iter().map(line)).collect()
}

fn output_line(output: &Output) -> String {
    let mut line = format!(
        "  {}: {}, {} ({})",
        output.name,
        field_type(output.type_).name(),
        role(output),
        both(&output.title)
    );
    line.extend(output.unit.iter().map(|unit| format!(", in {unit}")));
    line.extend(output.error_of.iter().map(|of| format!(", the largest error of {of}")));
    line
}

/// A view in words, and a sketch of the view with made-up values.
fn sketch(view: &View, outputs: &[Output]) -> Vec<String> {
    let mut title =
        format!("shows      {}: {} of {}", both(&view.title), view.chart, view.measures.join(", "));
    let dimensions: Vec<&str> =
        [&view.dimension, &view.across].into_iter().flatten().map(String::as_str).collect();
    if !dimensions.is_empty() {
        title.extend([" by ", &dimensions.join(" and ")]);
    }
    if view.top > 0 {
        title.extend([", the first ", &view.top.to_string()]);
    }
    let labels = view
        .dimension
        .as_ref()
        .and_then(|name| outputs.iter().find(|output| output.name == *name))
        .map_or(&[][..], |output| &output.labels);
    let row = |(index, label): (usize, &streamgauge_plugin::Label)| {
        format!(
            "  {:<BAR$} {}",
            "█".repeat(BAR * (SKETCH_ROWS - index) / SKETCH_ROWS),
            both(&label.text)
        )
    };
    if !labels.is_empty() {
        title.push_str("; sketched with made-up values");
    }
    let mut lines = vec![title];
    lines.extend(labels.iter().take(SKETCH_ROWS).enumerate().map(row));
    if labels.len() > SKETCH_ROWS {
        lines.push(format!("  … and {} more labels", labels.len() - SKETCH_ROWS));
    }
    lines
}

/// A text in all languages that the text has.
fn both(texts: &[(String, String)]) -> String {
    let mut distinct: Vec<&str> = Vec::new();
    for (_, text) in texts {
        if !distinct.contains(&text.as_str()) {
            distinct.push(text);
        }
    }
    distinct.join(" · ")
}

fn role(output: &Output) -> &'static str {
    match output.role {
        Role::Dimension => "dimension",
        Role::Measure => "measure",
    }
}

fn merge(descriptor: &Descriptor) -> &'static str {
    if descriptor.is_bounded { "bounded" } else { "exact" }
}
