//! `streamgauge produce`: events into Kafka.

use super::failure::Failure;
use super::output::print_out;
use crate::produce::ProduceArgs;
use streamgauge_pipeline::Pipeline;

pub(super) fn produce(args: &ProduceArgs) -> Result<(), Failure> {
    let (pipeline, _) = Pipeline::load(&args.config)?;
    match crate::produce::produce(args, &pipeline) {
        Ok(report) if args.json => print_out(serde_json::json!(report)),
        Ok(report) => print_out(report),
        Err(error) => Err(Failure { code: error.exit_code(), message: format!("error: {error}") }),
    }
}
