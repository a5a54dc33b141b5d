//! What brokers and librdkafka are told, and what becomes of their answers.

mod clients;
mod faults;
mod unanswered;
