//! `streamgauge plugin inspect`: what a component says of itself, for people and for programs.
//!
//! A plugin that describes itself only with a configuration is shown with a made-up one, which is
//! said; where none can be made up, the keys of its configuration are shown, and nothing fails.

mod example;

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::compiling::Compiling;
use crate::cli::failure::Failure;
use crate::cli::output::print_out;
use crate::run::compiler;
use streamgauge_pipeline::MetricSettings;
use streamgauge_plugin::{CONTRACT, Descriptor, LoadError, Output, Plugin, Role, View, field_type};

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

    #[command(flatten)]
    compiling: Compiling,
}

/// The configuration that a plugin is shown with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// The given one, or none.
    Given,
    /// One that was made up from the plugin's schema.
    MadeUp,
    /// None: the plugin cannot describe itself.
    Outline,
}

pub(super) fn inspect(args: &InspectArgs) -> Result<(), Failure> {
    let (plugin, shown) =
        load(args).map_err(|error| Failure::usage(format!("{error}\nhint: {}", error.hint())))?;
    if args.json { print_out(document(&plugin, shown)) } else { print_out(text(&plugin, shown)) }
}

fn load(args: &InspectArgs) -> Result<(Plugin, Shown), LoadError> {
    let runtime = compiler::runtime();
    let alone = |config| args.compiling.within(MetricSettings::alone(&args.file, config));
    let settings = alone(args.config.clone());
    match runtime.load(&settings) {
        Ok(plugin) => Ok((plugin, Shown::Given)),
        Err(error) if error.is_of_config() && args.config == json!({}) => {
            let outline = runtime.outline(&settings)?;
            let made_up = example::example(&outline.descriptor().config_schema);
            let described = made_up.and_then(|config| runtime.load(&alone(config)).ok());
            Ok(described.map_or((outline, Shown::Outline), |plugin| (plugin, Shown::MadeUp)))
        }
        Err(error) => Err(error),
    }
}

pub(super) fn parse_config(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(config @ Value::Object(_)) => Ok(config),
        Ok(_) => Err("the configuration is a JSON object, as in {\"top\": 10}".to_owned()),
        Err(error) => Err(format!("not JSON: {error}")),
    }
}

fn document(plugin: &Plugin, shown: Shown) -> Value {
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
    let mut document = json!({
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
        "config": plugin.settings().config,
        "config_is_made_up": shown == Shown::MadeUp,
    });
    if shown == Shown::Outline {
        for unknown in ["name", "version", "doc", "state_version", "merge", "inputs", "outputs"] {
            document[unknown] = Value::Null;
        }
        document["views"] = Value::Null;
    }
    document
}

fn text(plugin: &Plugin, shown: Shown) -> String {
    let descriptor = plugin.descriptor();
    let contract = format!("contract   streamgauge:metric@{CONTRACT}");
    let file = format!("file       {} bytes, sha256 {}", plugin.file_bytes(), plugin.digest());
    let imports = format!("imports    {}", plugin.imports().join(", "));
    let mut lines = Vec::new();
    match shown {
        Shown::Given => {}
        Shown::MadeUp => lines.push(format!(
            "This plugin needs a configuration; shown with a made-up one: --with '{}'",
            plugin.settings().config
        )),
        Shown::Outline => {
            lines.push(
                "This plugin needs a configuration; `--with JSON` gives one and shows the rest"
                    .to_owned(),
            );
            lines.extend([contract, file, imports]);
            lines.extend(config_lines(&descriptor.config_schema));
            return lines.join("\n");
        }
    }
    lines.push(format!("{} {}", descriptor.name, descriptor.version));
    lines.extend(descriptor.doc.iter().map(|(language, doc)| format!("  {language}: {doc}")));
    lines.push(contract);
    lines.push(format!(
        "state      version {}, merge {}",
        descriptor.state_version,
        merge(descriptor)
    ));
    lines.extend([file, imports]);
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
    let required =
        |key: &str| parsed["required"].as_array().is_some_and(|keys| keys.iter().any(|k| k == key));
    let line = |(key, about): (&String, &Value)| {
        let default = match about.get("default") {
            Some(default) => format!(" (default {default})"),
            None if required(key) => " (required)".to_owned(),
            None => String::new(),
        };
        let display = if about["x-display"] == true { ", display" } else { "" };
        format!("  {key}: {}{default}{display}", about["description"].as_str().unwrap_or_default())
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
