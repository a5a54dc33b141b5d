//! Headers as other programs write them, other encodings, and packed files.

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

/// The first fields of the schema that the columns of a file hold, and its records.
fn read(content: &[u8]) -> (Vec<Option<usize>>, Vec<String>) {
    let folder = Folder::new();
    let Opened { mut source, columns, .. } = opened(&[folder.file("x.csv", content)]);
    let columns = columns.expect("it is CSV").schema_indexes().to_vec();
    (columns, all(&mut source).into_iter().map(|(.., value)| value).collect())
}

/// Such files were read in the order of the schema, with their header as a record.
#[test]
fn a_header_is_recognised_as_other_programs_write_it() {
    for (header, columns) in [
        ("A,B,C\n", [Some(0), Some(1), Some(2)]),
        ("sep=,\nc,b,a\n", [Some(2), Some(1), Some(0)]),
        ("\"sep=,\"\r\nC,B,A\r\n", [Some(2), Some(1), Some(0)]),
        ("# made today\n# by hand\na,b,c\n", [Some(0), Some(1), Some(2)]),
        ("#c,a,b\n", [Some(2), Some(0), Some(1)]),
        ("\"a\", \"B\", \"c\"\n", [Some(0), Some(1), Some(2)]),
        ("\u{feff}x,B,a\n", [None, Some(1), Some(0)]),
    ] {
        let (found, records) = read(format!("{header}1,2,3\n4,5,6\n").as_bytes());
        assert_eq!(found, columns, "{header}");
        assert_eq!(records, ["1,2,3", "4,5,6"], "{header}");
    }
    // What is no header stays a record, and what stands before it too.
    let (columns, records) = read(b"# a note\n1,2,3\n");
    assert_eq!(columns, [Some(0), Some(1), Some(2)]);
    assert_eq!(records, ["# a note", "1,2,3"]);
}

#[test]
fn names_of_a_header_are_those_of_the_schema() {
    let folder = Folder::new();
    let names = |content: &[u8]| opened(&[folder.file("x.csv", content)]).names;
    assert_eq!(names(b"sep=,\nB, \"A\",x\n"), Some(vec!["b".into(), "a".into(), "x".into()]));
    assert_eq!(names(b"1,2,3\n"), None);
}

#[test]
fn other_separators_and_encodings_are_refused_by_name() {
    let folder = Folder::new();
    let refused = |name: &str, content: &[u8]| error(&[folder.file(name, content)]);
    for (content, by) in [
        (&b"a;b;c\n1;2;3\n"[..], "separated by `;`"),
        (b"sep=;\na;b;c\n", "separated by `;`"),
        (b"A\tB\tC\n", "separated by tabs"),
        (b"a|b|c\n", "separated by `|`"),
    ] {
        let words = refused("x.csv", content);
        assert!(words.contains(by) && words.contains("hint"), "{words}");
    }
    let utf16: Vec<u8> =
        "\u{feff}{\"a\": \"省\"}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for name in ["x.jsonl", "x.csv"] {
        let words = refused(name, &utf16);
        assert!(words.contains("is UTF-16, not UTF-8; hint") && words.contains("iconv"), "{words}");
        let words = refused(name, &utf16[2..]);
        assert!(words.contains("is UTF-16LE (no byte order mark)"), "{words}");
    }
}

fn packed(content: &[u8]) -> [Vec<u8>; 2] {
    let mut gzip = Vec::new();
    // Two members, as `cat a.gz b.gz` gives them.
    for half in [&content[..content.len() / 2], &content[content.len() / 2..]] {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(half).unwrap();
        gzip.extend(encoder.finish().unwrap());
    }
    [gzip, zstd::encode_all(content, 1).unwrap()]
}

#[test]
fn a_packed_file_is_the_same_log_at_every_place_of_it() {
    let folder = Folder::new();
    let content = b"\xEF\xBB\xBFc,b,a\n1,2,3\n\"4\n4\",5,6\n7,8,9";
    let whole = all(&mut opened(&[folder.file("x.csv", content)]).source);
    assert_eq!(whole.len(), 3);
    for (name, bytes) in ["x.csv.gz", "x.csv.zst"].into_iter().zip(packed(content)) {
        let mut file = folder.file(name, &bytes);
        file.format = Format::Csv;
        let Opened { mut source, columns, .. } = opened(std::slice::from_ref(&file));
        assert_eq!(columns.unwrap().schema_indexes(), [Some(2), Some(1), Some(0)]);
        assert_eq!(all(&mut source), whole, "{name}");
        for (i, (_, offset, cursor, _)) in whole.iter().enumerate() {
            let source = opened(std::slice::from_ref(&file)).source;
            let position = Position { cursor: *cursor, ..Position::default() };
            let mut source = source.resume(&position, offset + 1).unwrap();
            assert_eq!(all(&mut source), whole[i + 1..], "{name} from {cursor}");
        }
        // What is cut off is an error, not an end.
        let mut cut = folder.file(name, &bytes[..bytes.len() - 9]);
        cut.format = Format::Csv;
        let opened = FileSource::open(std::slice::from_ref(&cut), &schema());
        let error = opened.map(|opened| {
            let mut source = opened.source;
            let limits = BlockLimits { records: 9, bytes: usize::MAX };
            loop {
                match source.next_block(limits, AT_ONCE) {
                    Ok(Fetched::Records { .. }) => {}
                    Ok(_) => panic!("{name} has an end"),
                    Err(error) => return error,
                }
            }
        });
        let words = error.unwrap_or_else(|error| error).to_string();
        assert!(words.contains("cannot be read: "), "{words}");
        file.follow = true;
        assert!(super::error(&[file]).contains("is compressed and cannot be followed"));
    }
}

/// An open quote held back all that came after it, with a lag of 0.
#[test]
fn an_open_quote_of_a_followed_file_costs_one_line_after_a_silence() {
    let folder = Folder::new();
    let mut file = folder.file("x.csv", b"1,2,3\n1,\"2,3\n4,5,6\n");
    file.follow = true;
    let path = file.path.clone();
    let mut source = opened(&[file]).source;
    let values = |(_, seen): (Came, Vec<Seen>)| -> Vec<String> {
        seen.into_iter().map(|(.., value)| value).collect()
    };
    assert_eq!(values(next(&mut source, 1, AT_ONCE)), ["1,2,3"]);
    // It may still be closed.
    assert_eq!(next(&mut source, 1, AT_ONCE), (Came::Nothing, vec![]));
    assert_eq!(values(next(&mut source, 9, PATIENCE)), ["1,\"2,3", "4,5,6"]);
    // A row that is being written is waited for.
    let append = |bytes: &[u8]| {
        OpenOptions::new().append(true).open(&path).unwrap().write_all(bytes).unwrap();
    };
    append(b"\"7\n7\",8");
    assert_eq!(next(&mut source, 9, AT_ONCE), (Came::Nothing, vec![]));
    append(b",9\n");
    assert_eq!(values(next(&mut source, 9, PATIENCE)), ["\"7\n7\",8,9"]);
}
