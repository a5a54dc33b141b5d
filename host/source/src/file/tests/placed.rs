//! Files that are not the ones that were read any more: what a follower does, and where a state goes
//! on.

use streamgauge_core::{GapKind, PartitionSnapshot, PartitionState, digest_of};

use super::*;

/// A followed file of a pipeline, from its start.
fn followed(file: &FileSettings) -> FileSource {
    let file = FileSettings { follow: true, ..file.clone() };
    let start = Place::start(&file.path, 0).unwrap();
    opened(&[file]).source.resume(&start, 0).unwrap()
}

/// The state after reading, with the last mark that was told.
fn state(source: &mut FileSource, before: Option<PartitionSnapshot>) -> PartitionSnapshot {
    let mut state = before.unwrap_or_else(|| PartitionSnapshot {
        partition: 0,
        position: Position::default(),
        late_samples: Vec::new(),
        state: PartitionState::starting_at(0),
        metrics: Vec::new(),
    });
    loop {
        let limits = BlockLimits { records: 9, bytes: usize::MAX };
        let mut last = None;
        if let Ok(Fetched::Records { block, .. }) = source.next_block(limits, AT_ONCE) {
            for record in block.runs().flat_map(|run| run.records().collect::<Vec<_>>()) {
                last = Some((record.meta, digest_of(record.value.unwrap())));
            }
        }
        for (partition, mark) in source.take_marks() {
            assert_eq!(partition, 0);
            state.position.mark = Some(mark);
        }
        let Some((meta, digest)) = last else { return state };
        state.position.last = Some((meta.time, digest));
        state.position.cursor = meta.cursor;
        state.state.next_offset = meta.offset + 1;
    }
}

fn moved(source: &mut FileSource) -> Option<String> {
    let limits = BlockLimits { records: 9, bytes: usize::MAX };
    match source.next_block(limits, AT_ONCE) {
        Err(SourceError::Moved { message }) => Some(message),
        Err(error) => panic!("{error}"),
        Ok(_) => None,
    }
}

fn append(path: &Path, text: &[u8]) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(text).unwrap();
}

fn kind(place: &Place) -> Option<GapKind> {
    match place {
        Place::Gap(gap) => Some(gap.gap.kind),
        _ => None,
    }
}

#[test]
fn a_followed_file_that_is_cut_or_written_anew_is_not_read_on() {
    for content in [&b"one\n"[..], b"", b"one\nTWO\n", b"three and four\nfive\n", b"ONE\ntwo\n"] {
        let folder = Folder::new();
        let file = folder.file("x.jsonl", b"one\ntwo\n");
        let mut source = followed(&file);
        let state = state(&mut source, None);
        assert_eq!(state.state.next_offset, 2);
        fs::write(&file.path, content).unwrap();
        let message = moved(&mut source).expect("it is not read on");
        assert!(message.ends_with("x.jsonl` is not what was read of it"), "{message}");
        let place = Place::find(&file.path, &state).unwrap();
        assert_eq!(kind(&place), Some(GapKind::FileRewritten), "{content:?}");
    }
}

/// Between two looks, bytes were written that a mark would cover: they are no mark of what was read.
#[test]
fn a_mark_covers_only_what_was_read() {
    let folder = Folder::new();
    let file = folder.file("x.jsonl", b"one\n");
    let mut source = followed(&file);
    let marked = state(&mut source, None).position.mark;
    append(&file.path, b"two\n");
    assert_eq!(next(&mut source, 9, AT_ONCE).1.len(), 1);
    assert_eq!(next(&mut source, 9, AT_ONCE).0, Came::Nothing);
    for content in [b"ONE\ntwo\n", b"one\nTWO\n"] {
        fs::write(&file.path, content).unwrap();
        assert_eq!(source.take_marks(), []);
    }
    fs::write(&file.path, b"one\ntwo\n").unwrap();
    let mark = source.take_marks()[0].1;
    assert_eq!((marked.unwrap().at, mark.at, mark.digest), (4, 8, digest_of(b"one\ntwo\n")));
    assert_eq!(source.take_marks(), [], "it is told once");
}

/// A mark reaches 8 KiB back.
#[test]
fn a_mark_tells_files_of_equal_lines_apart() {
    let folder = Folder::new();
    let file = folder.file("x.jsonl", &b"the same\n".repeat(2000));
    let state = state(&mut followed(&file), None);
    let mut content = fs::read(&file.path).unwrap();
    let end = content.len();
    for (at, expected) in [(end - 8193, None), (end - 8192, Some(GapKind::FileRewritten))] {
        content[at] ^= 1;
        fs::write(&file.path, &content).unwrap();
        assert_eq!(kind(&Place::find(&file.path, &state).unwrap()), expected, "{at}");
        content[at] ^= 1;
    }
}

#[test]
fn what_a_renamed_file_gets_is_read_until_it_is_silent() {
    let folder = Folder::new();
    let file = folder.file("x.jsonl", b"one\n");
    let mut source = followed(&file);
    assert_eq!(next(&mut source, 9, AT_ONCE).1.len(), 1);
    let renamed = file.path.with_extension("jsonl.1");
    fs::rename(&file.path, &renamed).unwrap();
    folder.file("x.jsonl", b"other\n");
    append(&renamed, b"two\nthr");
    assert_eq!(next(&mut source, 9, AT_ONCE).1, [(0, 1, 8, "two".into())]);
    assert_eq!(next(&mut source, 9, AT_ONCE).0, Came::Nothing);
    assert_eq!(source.log_ends(), [LogEnd { partition: 0, end: None }], "it goes on elsewhere");
    append(&renamed, b"ee\nfour");
    assert_eq!(next(&mut source, 9, PATIENCE).1, [(0, 2, 14, "three".into())]);
    // Nobody completes the last line any more.
    assert_eq!(next(&mut source, 9, PATIENCE).1, [(0, 3, 18, "four".into())]);
    let message = moved(&mut source).expect("it is done");
    assert!(message.ends_with("is another file, and the one before is read"), "{message}");
    let mark = source.take_marks().last().unwrap().1;
    assert_eq!((mark.at, mark.left.is_some()), (18, true));
}

/// Half a line is completed in the file that took the place.
#[test]
fn a_copy_that_has_more_is_read_on_behind_the_last_whole_line() {
    let folder = Folder::new();
    let file = folder.file("x.jsonl", b"one\ntw");
    let mut source = followed(&file);
    let mut read = state(&mut source, None);
    fs::rename(folder.file("copy", b"one\ntwo\nthree\n").path, &file.path).unwrap();
    let limits = BlockLimits { records: 9, bytes: usize::MAX };
    let error = source.next_block(limits, PATIENCE).map(|_| "half a line").unwrap_err();
    assert!(error.to_string().ends_with("was written anew as it was"), "{error}");
    read.position.mark = source.take_marks().last().map(|(_, mark)| *mark).or(read.position.mark);
    assert_eq!(Place::find(&file.path, &read).unwrap(), Place::Here);
    let mut again = opened(&[file]).source.resume(&read.position, 1).unwrap();
    assert_eq!(next(&mut again, 9, AT_ONCE).1[0], (0, 1, 8, "two".into()));
}

#[test]
fn a_state_goes_on_in_what_is_left_and_then_in_the_next_file() {
    let folder = Folder::new();
    let file = folder.file("x.jsonl", b"one\n");
    let find = |state: &PartitionSnapshot| Place::find(&file.path, state).unwrap();
    let first = state(&mut followed(&file), None);
    assert_eq!(find(&first), Place::Here);
    let renamed = file.path.with_extension("jsonl.1");
    fs::rename(&file.path, &renamed).unwrap();
    assert_eq!(find(&first), Place::Rest(renamed.clone()), "there is no other yet");
    folder.file("x.jsonl", b"other\nmore\n");
    append(&renamed, b"two\n");
    assert_eq!(find(&first), Place::Rest(renamed.clone()));

    let rest = FileSettings { follow: true, ..settings(&renamed) };
    let mut rest = opened(&[FileSettings { format: Format::Json, ..rest }]).source;
    rest = rest.resume(&first.position, 1).unwrap().renamed_from(file.path.clone());
    assert_eq!(next(&mut rest, 9, AT_ONCE).1, [(0, 1, 8, "two".into())]);
    let limits = BlockLimits { records: 9, bytes: usize::MAX };
    assert!(rest.next_block(limits, PATIENCE).is_err(), "the log goes on in the other");
    let mut left = first.clone();
    left.position.cursor = 8;
    left.position.last = Some((RecordTime(7), digest_of(b"two")));
    left.position.mark = Some(rest.take_marks()[0].1);
    assert_eq!(find(&left), Place::Next);
    // Somebody may write on, but not to what was there before.
    append(&renamed, b"three\n");
    let later = std::time::SystemTime::now() + Duration::from_secs(5);
    let set_time = |path: &PathBuf| {
        OpenOptions::new().append(true).open(path).unwrap().set_modified(later).unwrap();
    };
    set_time(&renamed);
    assert_eq!(find(&left), Place::Rest(renamed.clone()));
    fs::remove_file(&renamed).unwrap();
    assert_eq!(find(&left), Place::Next, "it was read to its end");
    // A file that came and went unread; older ones, other names and empty ones are not between.
    for (name, content) in [("x.jsonl.2", &b""[..]), ("x.json", b"a\n"), ("ax.jsonl.1", b"a\n")] {
        set_time(&folder.file("x.jsonl", b"other\nmore\n").path);
        let path = folder.0.path().join(name);
        fs::write(&path, content).unwrap();
        set_time(&path);
        assert_eq!(find(&left), Place::Next, "{name}");
    }
    let between = folder.0.path().join("x.jsonl.3");
    fs::write(&between, b"a\n").unwrap();
    set_time(&between);
    let Place::Gap(gap) = find(&left) else { panic!("it was not read") };
    assert_eq!(gap.file.unwrap().between, Some(between));
    assert_eq!(gap.gap.kind, GapKind::FileReplaced);
}

#[test]
fn a_state_whose_file_is_not_there_any_more_has_a_gap() {
    let folder = Folder::new();
    let file = folder.file("x.jsonl", b"one\n");
    let read = state(&mut followed(&file), None);
    let other = folder.file("y.jsonl", b"other\nmore\n");
    fs::rename(&other.path, &file.path).unwrap();
    assert_eq!(kind(&Place::find(&file.path, &read).unwrap()), Some(GapKind::FileReplaced));
    // A state from before files were marked has its last record.
    let mut unmarked = read.clone();
    unmarked.position.mark = None;
    assert_eq!(kind(&Place::find(&file.path, &unmarked).unwrap()), Some(GapKind::FileReplaced));
    fs::write(&file.path, b"one\nmore\n").unwrap();
    assert_eq!(Place::find(&file.path, &unmarked).unwrap(), Place::Here);
    assert_eq!(Place::find(&file.path, &read).unwrap(), Place::Here, "it begins as it did");
    fs::remove_file(&file.path).unwrap();
    for state in [&read, &unmarked] {
        let error = Place::find(&file.path, state).unwrap_err();
        assert!(error.may_pass(), "{error}");
    }
}

/// What was given the number of a file is no rest of it.
#[test]
fn a_number_alone_proves_nothing() {
    let folder = Folder::new();
    let file = folder.file("x.jsonl", b"");
    let mut source = followed(&file);
    let empty = state(&mut source, None);
    let mut empty = PartitionSnapshot { ..empty };
    empty.position = Place::start(&file.path, 0).unwrap();
    let other = folder.0.path().join("unrelated");
    fs::rename(&file.path, &other).unwrap();
    append(&other, b"something else\n");
    folder.file("x.jsonl", b"one\n");
    assert_eq!(Place::find(&file.path, &empty).unwrap(), Place::Here);
    let rotated = file.path.with_extension("jsonl.1");
    fs::rename(&other, &rotated).unwrap();
    assert_eq!(Place::find(&file.path, &empty).unwrap(), Place::Rest(rotated));

    // The same bytes in front make it the file, whatever its number is.
    let whole = folder.file("z.jsonl", b"one\n");
    let read = state(&mut followed(&whole), None);
    let copy = folder.file("copy", b"one\ntwo\n");
    fs::rename(copy.path, &whole.path).unwrap();
    assert_eq!(Place::find(&whole.path, &read).unwrap(), Place::Here);
}

/// Of a compressed file the last record is compared.
#[test]
fn a_compressed_file_is_known_by_its_last_record() {
    let folder = Folder::new();
    let packed = |lines: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(lines).unwrap();
        encoder.finish().unwrap()
    };
    let mut file = folder.file("x.jsonl.gz", &packed(b"one\ntwo\n"));
    file.format = Format::Json;
    let start = Place::start(&file.path, 0).unwrap();
    let source = opened(std::slice::from_ref(&file)).source.resume(&start, 0);
    let read = state(&mut source.unwrap(), None);
    assert_eq!((read.state.next_offset, read.position.cursor), (2, 8));
    fs::write(&file.path, packed(b"one\ntwo\nthree\n")).unwrap();
    assert_eq!(Place::find(&file.path, &read).unwrap(), Place::Here);
    fs::write(&file.path, packed(b"one\nTWO\nthree\n")).unwrap();
    assert_eq!(kind(&Place::find(&file.path, &read).unwrap()), Some(GapKind::FileRewritten));
}
