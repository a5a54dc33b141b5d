//! Files that are not there when their turn comes, bounds of a block, and what a source of several
//! files refuses.

use super::*;

#[test]
fn a_block_is_full_by_records_or_by_bytes_and_holds_at_least_one() {
    let folder = Folder::new();
    let file = folder.file("x.jsonl", b"aaaa\nbb\n\nc\ndd\n");
    let blocks = |records: usize, bytes: usize| -> Vec<usize> {
        let mut source = opened(std::slice::from_ref(&file)).source;
        let mut blocks = Vec::new();
        while let Fetched::Records { block, .. } =
            source.next_block(BlockLimits { records, bytes }, AT_ONCE).unwrap()
        {
            blocks.push(block.records());
        }
        blocks
    };
    assert_eq!(blocks(9, usize::MAX), [4]);
    assert_eq!(blocks(4, usize::MAX), [4]);
    assert_eq!(blocks(3, usize::MAX), [3, 1]);
    assert_eq!(blocks(1, usize::MAX), [1; 4]);
    assert_eq!(blocks(0, usize::MAX), [1; 4], "a block of nothing would be no progress");
    // Line ends and empty lines do not count: 4 + 2 + 1 + 2 bytes.
    for (bytes, expected) in [
        (9, &[4][..]),
        (8, &[4]),
        (7, &[3, 1]),
        (6, &[2, 2]),
        (5, &[2, 2]),
        (4, &[1, 3]),
        (0, &[1; 4]),
    ] {
        assert_eq!(blocks(9, bytes), expected, "{bytes} bytes");
    }
}

#[test]
fn a_file_that_is_missing_when_its_turn_comes_is_waited_for() {
    let folder = Folder::new();
    let files = [
        folder.file("1.jsonl", b"one\n"),
        folder.file("2.jsonl", b""),
        folder.file("3.jsonl", b""),
    ];
    let mut source = opened(&files).source;
    let limits = BlockLimits { records: 9, bytes: usize::MAX };
    assert_eq!(next(&mut source, 9, AT_ONCE).1.len(), 1);
    fs::remove_file(&files[1].path).unwrap();
    for _ in 0..2 {
        let error = source.next_block(limits, AT_ONCE).unwrap_err();
        expect![[r#"Unavailable { missing: File, message: "file `2.jsonl` was not found" }"#]]
            .assert_eq(&without_folder(&error, &files));
    }
    // What was read of the others counts, and nothing is read twice.
    fs::write(&files[1].path, b"two\nthree").unwrap();
    fs::write(&files[2].path, b"\nfour\n").unwrap();
    let seen = all(&mut source);
    let expected = [(0, 1, 8, "two"), (0, 2, 13, "three"), (0, 3, 19, "four")];
    assert_eq!(seen, expected.map(|(p, o, c, v)| (p, o, c, v.to_owned())));
}

#[test]
fn a_followed_file_that_is_gone_is_missing() {
    let folder = Folder::new();
    let mut file = folder.file("x.jsonl", b"one\n");
    file.follow = true;
    let mut source = opened(std::slice::from_ref(&file)).source;
    assert_eq!(next(&mut source, 9, AT_ONCE).1.len(), 1);
    fs::remove_file(&file.path).unwrap();
    let limits = BlockLimits { records: 9, bytes: usize::MAX };
    let error = source.next_block(limits, PATIENCE).unwrap_err();
    expect![[r#"Unavailable { missing: File, message: "file `x.jsonl` was not found" }"#]]
        .assert_eq(&without_folder(&error, &[file]));
}

#[test]
fn only_the_last_of_several_files_is_followed() {
    let folder = Folder::new();
    let mut files = [folder.file("1.jsonl", b"one\ntwo"), folder.file("2.jsonl", b"three\nfo")];
    files[1].follow = true;
    let mut source = opened(&files).source;
    let mut values = Vec::new();
    loop {
        match next(&mut source, 9, AT_ONCE) {
            (Came::Records, seen) => values.extend(seen.into_iter().map(|(.., value)| value)),
            (came, _) => break assert_eq!(came, Came::Nothing),
        }
    }
    assert_eq!(values, ["one", "two", "three"], "the first one ends without a line end");
}

#[test]
fn several_files_neither_come_nor_go() {
    let folder = Folder::new();
    let files = [folder.file("1.jsonl", b"one\n"), folder.file("2.jsonl", b"two\n")];
    let mut source = opened(&files).source;
    let words = "partitions of several files, or of a file that was read to its end, cannot come \
                 and go";
    let refused = |result: Result<Option<i64>, SourceError>| {
        assert_eq!(result.unwrap_err().to_string(), words);
    };
    refused(source.revoke(0));
    assert_eq!(all(&mut source).len(), 2);
    refused(source.revoke(0));
    let start = ReadFrom { offset: 0, cursor: 0, stop: None };
    assert_eq!(source.assign(0, start).unwrap_err().to_string(), words, "nothing went");
    let spread = opened(&files[..1]).source.partitioned(vec![0], Box::new(|_, _| 0)).revoke(0);
    refused(spread);
}
