//! Long lines, followed files, and partitions that go and come back.

use super::*;

/// Lines around the size of the buffer and the limit of a record: all come whole or, above the
/// limit, one byte longer than it, and the next one is where it should be.
#[test]
fn long_lines_are_bounded_and_cost_nothing_after_them() {
    let folder = Folder::new();
    let sizes =
        [1, 262_143, 262_144, RECORD_BYTES_MAX, RECORD_BYTES_MAX + 1, 5_000_000, 2, 3 << 20];
    let mut content = Vec::new();
    let mut expected = Vec::new();
    for (offset, size) in sizes.into_iter().enumerate() {
        content.resize(content.len() + size, b'x');
        content.push(b'\n');
        expected.push((size.min(RECORD_BYTES_MAX + 1), offset as i64, content.len() as u64));
    }
    content.pop();
    expected.last_mut().unwrap().2 -= 1;
    for name in ["x.jsonl", "x.csv"] {
        let mut source = opened(&[folder.file(name, &content)]).source;
        let seen = all(&mut source).into_iter().map(|(_, o, c, value)| (value.len(), o, c));
        assert_eq!(seen.collect::<Vec<_>>(), expected, "{name}");
    }
}

#[test]
fn a_followed_file_gives_whole_lines_as_they_come() {
    let folder = Folder::new();
    let mut file = folder.file("x.jsonl", b"one\ntw");
    file.follow = true;
    let path = file.path.clone();
    let append = move |text: &str| {
        OpenOptions::new().append(true).open(&path).unwrap().write_all(text.as_bytes()).unwrap();
    };
    let mut source = opened(&[file]).source;
    let value = |seen: Vec<Seen>| seen.into_iter().map(|(.., value)| value).collect::<Vec<_>>();

    assert_eq!(value(next(&mut source, 9, AT_ONCE).1), ["one"]);
    assert_eq!(next(&mut source, 9, AT_ONCE), (Came::Nothing, vec![]));
    assert_eq!(source.log_ends(), [LogEnd { partition: 0, end: Some(1) }]);
    append("o\nthree\n");
    assert_eq!(value(next(&mut source, 1, PATIENCE).1), ["two"]);
    assert_eq!(source.log_ends(), [LogEnd { partition: 0, end: None }]);
    assert_eq!(value(next(&mut source, 1, PATIENCE).1), ["three"]);

    // It waits for what comes while it waits.
    let (waits, is_waiting) = mpsc::channel();
    let writer = thread::spawn(move || {
        is_waiting.recv().unwrap();
        append("four\n");
    });
    assert_eq!(next(&mut source, 9, AT_ONCE).0, Came::Nothing);
    waits.send(()).unwrap();
    assert_eq!(next(&mut source, 9, PATIENCE), (Came::Records, vec![(0, 3, 19, "four".into())]));
    writer.join().unwrap();
}

#[test]
fn a_file_goes_and_comes_back_where_it_was_left() {
    let folder = Folder::new();
    let mut file = folder.file("x.jsonl", b"one\ntwo\nthree\n");
    file.follow = true;
    let mut source = opened(&[file]).source;
    let (_, seen) = next(&mut source, 2, AT_ONCE);
    assert_eq!(source.revoke(0).unwrap(), None);
    assert_eq!(next(&mut source, 9, AT_ONCE), (Came::Nothing, vec![]));
    let start = ReadFrom { offset: 1, cursor: seen[0].2, stop: None };
    source.assign(0, start).unwrap();
    let expected = vec![(0, 1, 8, "two".into()), (0, 2, 14, "three".into())];
    assert_eq!(next(&mut source, 9, AT_ONCE), (Came::Records, expected));
    assert!(source.assign(0, start).is_err(), "it is there");
    assert!(source.revoke(1).is_err(), "there is no such partition");
}

#[test]
fn a_followed_file_without_a_first_line_may_get_one() {
    let folder = Folder::new();
    let mut file = folder.file("x.csv", b"a,b");
    file.follow = true;
    expect![[r#"Unavailable { missing: FirstLine, message: "file `x.csv` has no first line yet to tell its columns" }"#]].assert_eq(&error(std::slice::from_ref(&file)));
    fs::write(&file.path, b"a,b,c\n1,2,3\n").unwrap();
    assert_eq!(next(&mut opened(&[file]).source, 9, AT_ONCE).1.len(), 1);
}

#[test]
fn without_a_stamp_the_modification_time_is_taken() {
    let folder = Folder::new();
    let mut file = folder.file("x.jsonl", b"{}\n");
    file.timestamp = None;
    let written = fs::metadata(&file.path).unwrap().modified().unwrap();
    let expected = written.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let mut stamps = Vec::new();
    let mut source = opened(&[file]).source;
    let limits = BlockLimits { records: 9, bytes: usize::MAX };
    let Fetched::Records { block, .. } = source.next_block(limits, AT_ONCE).unwrap() else {
        panic!("a record");
    };
    block.runs().for_each(|run| stamps.extend(run.records().map(|record| record.meta.time)));
    assert_eq!(stamps, [RecordTime(expected)]);
}
