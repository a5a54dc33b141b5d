//! A linked plugin meets its configuration: the configuration is held against the schema, the plugin
//! describes itself with it and opens.

use std::sync::Arc;

use streamgauge_core::words;
use streamgauge_pipeline::{Labels, MetricSettings};

use super::config;
use super::descriptor;
use super::host_state::WORDS_BYTES_MAX;
use super::instance::Instance;
use super::load_error::LoadError;
use super::plugin::Plugin;

impl Plugin {
    /// The same plugin with another configuration, for a metric that is otherwise the same.
    ///
    /// # Errors
    /// The plugin does not take this configuration.
    pub fn with_config(&self, config: serde_json::Value) -> Result<Self, LoadError> {
        let schema = self.descriptor.config_schema.clone();
        let plugin = Self {
            config: config.to_string().into(),
            settings: Arc::new(MetricSettings { config, ..(*self.settings).clone() }),
            has_failed: Arc::default(),
            ..self.clone()
        };
        plugin.described(schema)
    }

    /// The same plugin, with other labels for the values of fields.
    #[must_use]
    pub fn with_labels(&self, labels: &Arc<Labels>) -> Self {
        let labels = Arc::clone(labels);
        let settings = Arc::new(MetricSettings { labels, ..(*self.settings).clone() });
        Self { settings, ..self.clone() }
    }

    /// The plugin with its description, if it takes its configuration.
    pub(super) fn described(mut self, schema: String) -> Result<Self, LoadError> {
        let path = &self.settings.plugin.clone();
        let call = |call| move |error| LoadError::Call { path: path.clone(), call, error };
        let cleaned = |reason: String| words::clean(&reason, WORDS_BYTES_MAX);
        let faults = config::check(&schema, &self.settings.config)
            .map_err(|reason| LoadError::Schema { path: path.clone(), reason: cleaned(reason) })?;
        if !faults.is_empty() {
            return Err(LoadError::Config { path: path.clone(), faults });
        }
        let described = Instance::describe(&self).map_err(call("describe"))?;
        let mut descriptor = descriptor::check(described).map_err(|reason| {
            LoadError::Descriptor { path: path.clone(), reason: cleaned(reason) }
        })?;
        descriptor.config_schema = schema;
        descriptor.read_from(&self.settings.columns).map_err(|input| LoadError::UnknownInput {
            path: path.clone(),
            input,
            known: descriptor
                .inputs
                .iter()
                .map(|i| format!("`{}`", i.name))
                .collect::<Vec<_>>()
                .join(", "),
        })?;
        self.descriptor = Arc::new(descriptor);
        Instance::open(&self).map_err(call("open"))?;
        Ok(self)
    }
}
