//! A broker that answers as a test says: for what a real one does only when something is broken.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::fetch_response::{
    AbortedTransaction, EpochEndOffset, FetchableTopicResponse, PartitionData,
};
use kafka_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::{
    ApiVersionsRequest, ApiVersionsResponse, BrokerId, FetchRequest, FetchResponse,
    MetadataRequest, MetadataResponse, RequestHeader, ResponseHeader, TopicName,
};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Request, StrBytes};
use uuid::Uuid;

pub(crate) const TOPIC: &str = "events";

/// The versions of requests that it knows.
const FETCH: i16 = 12;
const METADATA: i16 = 9;

/// What a partition's log is, and what the broker does with it.
#[derive(Clone, Default)]
pub(crate) struct Log {
    /// The bytes that are answered from an offset on, up to the next one of this table.
    pub(crate) answers: BTreeMap<i64, Vec<u8>>,
    pub(crate) error: i16,
    pub(crate) end: i64,
    pub(crate) aborted: Vec<(i64, i64)>,
    pub(crate) diverges: bool,
    /// The node that leads it.
    pub(crate) leader: i32,
}

/// What the broker does.
#[derive(Clone, Default)]
pub(crate) struct Script {
    pub(crate) logs: BTreeMap<i32, Log>,
    /// Sends only so many bytes of each answer to a fetch, and then waits.
    pub(crate) half: Option<usize>,
    /// Ends the connection instead of an answer to a fetch.
    pub(crate) hangs_up: bool,
    pub(crate) throttle_ms: i32,
    pub(crate) topic_id: u128,
    pub(crate) is_topic_gone: bool,
    /// The port of each node; this broker's own where it is not here.
    pub(crate) ports: BTreeMap<i32, u16>,
}

/// A broker on a port of its own.
pub(crate) struct Scripted {
    pub(crate) port: u16,
    pub(crate) script: Arc<Mutex<Script>>,
    /// The offsets that were asked for, by partition.
    pub(crate) asked: Arc<Mutex<Vec<(i32, i64)>>>,
    /// How many connections were made.
    pub(crate) connections: Arc<AtomicUsize>,
}

impl Scripted {
    pub(crate) fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let (script, asked) = (Arc::new(Mutex::new(script)), Arc::default());
        let (of_thread, noted) = (Arc::clone(&script), Arc::clone(&asked));
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::Relaxed);
                let (script, asked) = (Arc::clone(&of_thread), Arc::clone(&noted));
                thread::spawn(move || serve(stream, port, &script, &asked));
            }
        });
        Self { port, script, asked, connections }
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().expect("no test panicked with it"));
    }
}

type Asked = Mutex<Vec<(i32, i64)>>;

/// Answers until the client is gone.
fn serve(mut stream: TcpStream, port: u16, script: &Mutex<Script>, asked: &Asked) -> Option<()> {
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length).ok()?;
        let mut request = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut request).ok()?;
        let mut request = Bytes::from(request);
        let key = i16::from_be_bytes([request[0], request[1]]);
        let version = i16::from_be_bytes([request[2], request[3]]);
        let now = script.lock().expect("no test panicked with it").clone();
        let mut half = None;
        let answer = match key {
            ApiVersionsRequest::KEY => {
                let header = read::<ApiVersionsRequest>(&mut request, version).0;
                let known = |key, max| {
                    ApiVersion::default()
                        .with_api_key(key)
                        .with_min_version(0)
                        .with_max_version(max)
                };
                let known = vec![
                    known(ApiVersionsRequest::KEY, 3),
                    known(FetchRequest::KEY, FETCH),
                    known(MetadataRequest::KEY, METADATA),
                ];
                write(&header, &ApiVersionsResponse::default().with_api_keys(known), version)
            }
            MetadataRequest::KEY => {
                let header = read::<MetadataRequest>(&mut request, version).0;
                write(&header, &metadata(&now, port), version)
            }
            _ => {
                let (header, request) = read::<FetchRequest>(&mut request, version);
                if now.hangs_up {
                    return None;
                }
                half = now.half;
                write(&header, &fetched(&now, &request, asked), version)
            }
        };
        match half {
            Some(half) => {
                stream.write_all(&answer[..half.min(answer.len())]).ok()?;
                thread::sleep(Duration::from_hours(1));
            }
            None => stream.write_all(&answer).ok()?,
        }
    }
}

fn read<R: Request>(request: &mut Bytes, version: i16) -> (RequestHeader, R) {
    let header = RequestHeader::decode(request, R::header_version(version)).expect("a header");
    (header, R::decode(request, version).expect("a request"))
}

fn write<A: Encodable + HeaderVersion>(to: &RequestHeader, answer: &A, version: i16) -> BytesMut {
    let header = ResponseHeader::default().with_correlation_id(to.correlation_id);
    let mut out = BytesMut::from(&[0; 4][..]);
    header.encode(&mut out, A::header_version(version)).expect("it fits");
    answer.encode(&mut out, version).expect("it fits");
    let length = (out.len() - 4) as u32;
    out[..4].copy_from_slice(&length.to_be_bytes());
    out
}

fn metadata(script: &Script, port: u16) -> MetadataResponse {
    let mut ports = script.ports.clone();
    ports.entry(0).or_insert(port);
    let broker = |(node, port): (i32, u16)| {
        MetadataResponseBroker::default()
            .with_node_id(BrokerId(node))
            .with_host(StrBytes::from_static_str("127.0.0.1"))
            .with_port(port.into())
    };
    let partition = |(number, log): (&i32, &Log)| {
        MetadataResponsePartition::default()
            .with_partition_index(*number)
            .with_leader_id(BrokerId(log.leader))
            .with_leader_epoch(5)
    };
    let topic = MetadataResponseTopic::default()
        .with_error_code(if script.is_topic_gone { 3 } else { 0 })
        .with_name(Some(TopicName(StrBytes::from_static_str(TOPIC))))
        .with_partitions(script.logs.iter().map(partition).collect());
    // Version 9 has no ids; later ones would.
    let topic =
        if METADATA >= 10 { topic.with_topic_id(Uuid::from_u128(script.topic_id)) } else { topic };
    MetadataResponse::default()
        .with_brokers(ports.into_iter().map(broker).collect())
        .with_topics(vec![topic])
}

fn fetched(script: &Script, request: &FetchRequest, asked: &Asked) -> FetchResponse {
    let mut is_empty = true;
    let places = request.topics.iter().flat_map(|topic| &topic.partitions);
    let partitions: Vec<_> = places
        .map(|place| {
            let offset = place.fetch_offset;
            asked.lock().expect("no test panicked with it").push((place.partition, offset));
            let log = script.logs.get(&place.partition).cloned().unwrap_or_default();
            let records = log.answers.range(..=offset).next_back().map(|(_, bytes)| bytes.clone());
            let records = records.filter(|_| offset < log.end || log.end == 0).unwrap_or_default();
            is_empty &= records.is_empty() && log.error == 0;
            let aborted = log.aborted.iter().map(|(first, producer)| {
                AbortedTransaction::default()
                    .with_first_offset(*first)
                    .with_producer_id((*producer).into())
            });
            let end = if log.diverges { 7 } else { -1 };
            let epoch = if log.diverges { 1 } else { -1 };
            PartitionData::default()
                .with_partition_index(place.partition)
                .with_error_code(log.error)
                .with_high_watermark(log.end)
                .with_last_stable_offset(log.end)
                .with_aborted_transactions(Some(aborted.collect()))
                .with_diverging_epoch(
                    EpochEndOffset::default().with_epoch(epoch).with_end_offset(end),
                )
                .with_records(Some(records.into()))
        })
        .collect();
    if is_empty {
        thread::sleep(Duration::from_millis(20));
    }
    let topic = FetchableTopicResponse::default()
        .with_topic(TopicName(StrBytes::from_static_str(TOPIC)))
        .with_partitions(partitions);
    FetchResponse::default().with_throttle_time_ms(script.throttle_ms).with_responses(vec![topic])
}
