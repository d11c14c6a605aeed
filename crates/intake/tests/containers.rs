//! Containers: what honest ones hold is read, and hostile ones cost one reject.

use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use entente_intake::{Intake, Limits, Outcome, ReadError, Record, Settings, Summary};
use entente_model::{Atlas, Handling, Tlp};
use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};

fn settings(limits: Limits) -> Settings {
    let now = "2026-01-02T03:04:05Z".parse().expect("a timestamp");
    Settings { handling: Handling::unmarked(Tlp::Green), format: None, now, limits }
}

fn read_with(limits: Limits, name: &str, mut bytes: &[u8]) -> (Vec<Record>, Summary) {
    let mut records = Vec::new();
    let summary = Intake::new(settings(limits), Arc::new(Atlas::empty()))
        .read(name, &mut bytes, &mut |record| {
            records.push(record);
            ControlFlow::Continue(())
        })
        .expect("memory reads");
    assert_eq!(summary.records, records.len() as u64);
    assert_eq!(summary.records, summary.accepted + summary.excluded + summary.rejected);
    (records, summary)
}

fn read(name: &str, bytes: &[u8]) -> (Vec<Record>, Summary) {
    read_with(Limits::default(), name, bytes)
}

fn reasons(records: &[Record]) -> Vec<&str> {
    records
        .iter()
        .filter_map(|record| match &record.outcome {
            Outcome::Rejected { reason, .. } => Some(reason.as_str()),
            _ => None,
        })
        .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory writes");
    encoder.finish().expect("memory writes")
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).expect("preset 1 is valid");
    encoder.write_all(bytes).expect("memory writes");
    encoder.finish().expect("memory writes")
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in members {
        archive.extend(tar_header(name, content.len(), b'0'));
        archive.extend_from_slice(content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

fn tar_header(name: &str, size: usize, kind: u8) -> [u8; 512] {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    header[148..156].fill(b' ');
    header[156] = kind;
    header[257..263].copy_from_slice(b"ustar\0");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header
}

struct Member<'a> {
    name: &'a str,
    content: &'a [u8],
    method: u16,
    flags: u16,
}

fn member<'a>(name: &'a str, content: &'a [u8]) -> Member<'a> {
    Member { name, content, method: 8, flags: 0 }
}

fn zip(members: &[Member<'_>]) -> Vec<u8> {
    let mut archive = Vec::new();
    for Member { name, content, method, flags } in members {
        let mut packed = content.to_vec();
        if *method == 8 {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(content).expect("memory writes");
            packed = encoder.finish().expect("memory writes");
        }
        let mut crc = Crc::new();
        crc.update(content);
        let sizes = [crc.sum(), packed.len() as u32, content.len() as u32];
        let after = flags & 8 != 0;
        archive.extend(b"PK\x03\x04\x14\0");
        archive.extend(flags.to_le_bytes());
        archive.extend(method.to_le_bytes());
        archive.extend([0; 4]);
        archive.extend(sizes.iter().flat_map(|size| if after { [0; 4] } else { size.to_le_bytes() }));
        archive.extend((name.len() as u16).to_le_bytes());
        archive.extend([0; 2]);
        archive.extend(name.as_bytes());
        archive.extend(packed);
        if after {
            archive.extend(b"PK\x07\x08");
            archive.extend(sizes.iter().flat_map(|size| size.to_le_bytes()));
        }
    }
    archive.extend(b"PK\x01\x02 and so on");
    archive
}

#[test]
fn containers_in_containers_are_opened() {
    let inner = xz(&tar(&[("./dir/zeroaccess.txt", b"evil.example\n"), ("empty.txt", b"")]));
    let streamed = Member { flags: 8, ..member("b.txt", b"192.0.2.1\n192.0.2.2\n") };
    let archive = zip(&[
        Member { method: 0, ..member("a.tar.xz", &inner) },
        streamed,
        member("c.txt.gz", &gzip(b"198.51.100.7\n")),
    ]);
    let (records, summary) = read("x.zip", &archive);
    assert_eq!((summary.accepted, summary.records), (4, 4), "{records:?}");
    let files: Vec<&str> = records.iter().map(|record| record.place.file.as_str()).collect();
    assert_eq!(
        files,
        ["x.zip!/a.tar.xz!/dir/zeroaccess.txt", "x.zip!/b.txt", "x.zip!/b.txt", "x.zip!/c.txt.gz"]
    );
}

#[test]
fn several_gzip_members_are_one_file() {
    let both = [gzip(b"192.0.2.1\n192.0."), gzip(b"2.2\n")].concat();
    assert_eq!(read("x.gz", &both).1.accepted, 2);
}

#[test]
fn long_names_and_links_of_tar() {
    let long = format!("{}/list.txt", "d".repeat(150));
    let mut archive = tar_header("././@LongLink", long.len() + 1, b'L').to_vec();
    archive.extend(long.as_bytes());
    archive.resize(1024, 0);
    archive.extend(tar_header("cut", 10, b'0'));
    archive.extend(b"192.0.2.1\n");
    archive.resize(2048, 0);
    archive.extend(tar_header("link", 0, b'2'));
    let (records, summary) = read("x.tar", &archive);
    assert_eq!(records[0].place.file, format!("x.tar!/{long}"));
    assert_eq!((summary.accepted, summary.excluded), (1, 1));
}

#[test]
fn a_bomb_is_one_reject_and_the_rest_goes_on() {
    let zeros = vec![b'\n'; 16 << 20];
    let archive =
        zip(&[member("a.txt", b"192.0.2.1\n"), member("bomb.txt", &zeros), member("b.txt", b"192.0.2.2\n")]);
    // The honest members keep the archive's own ratio low.
    let noise: Vec<u8> =
        (0..2_000_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let padded =
        [zip(&[Member { method: 0, ..member("noise", &noise) }])[..30 + 5 + noise.len()].to_vec(), archive]
            .concat();
    let (records, summary) = read("x.zip", &padded);
    assert_eq!(summary.accepted, 2, "{:?}", reasons(&records));
    assert_eq!(reasons(&records).len(), 1);
    assert!(reasons(&records)[0].contains("decompression bomb"));
    assert_eq!(records.iter().filter(|record| record.place.file.ends_with("bomb.txt")).count(), 1);
}

#[test]
fn a_nested_bomb_stops_at_its_total() {
    let bomb = gzip(&gzip(&vec![b'\n'; 256 << 20]));
    let (records, summary) = read("x.gz", &bomb);
    assert_eq!((summary.records, summary.rejected), (1, 1), "{records:?}");
}

#[test]
fn deep_nesting_is_a_reject() {
    let deep = (0..6).fold(b"192.0.2.1\n".to_vec(), |inner, _| gzip(&inner));
    let (records, _) = read("x.gz", &deep);
    assert_eq!(reasons(&records).len(), 1);
    assert!(reasons(&records)[0].contains("more than 4 deep"));
    let within = (0..4).fold(b"192.0.2.1\n".to_vec(), |inner, _| gzip(&inner));
    assert_eq!(read("x.gz", &within).1.accepted, 1);
}

#[test]
fn too_many_members_are_a_reject() {
    let members: Vec<(String, String)> =
        (0..20).map(|n| (format!("{n}.txt"), format!("192.0.2.{n}\n"))).collect();
    let tarred: Vec<(&str, &[u8])> =
        members.iter().map(|(name, content)| (name.as_str(), content.as_bytes())).collect();
    let zipped: Vec<Member<'_>> = tarred.iter().map(|(name, content)| member(name, content)).collect();
    for archive in [tar(&tarred), gzip(&tar(&tarred)), zip(&zipped)] {
        let limits = Limits { archive_entries: 10, ..Limits::default() };
        let (records, summary) = read_with(limits, "x", &archive);
        assert_eq!((summary.accepted, summary.rejected), (10, 1));
        assert!(reasons(&records)[0].contains("more than 10 members"));
    }
}

#[test]
fn too_many_bytes_are_a_reject() {
    let text: Vec<u8> =
        (0..5_000).flat_map(|n| format!("198.51.100.{}:{n}\n", n % 256).into_bytes()).collect();
    let limits = Limits { archive_bytes: 10_000, ..Limits::default() };
    let (records, summary) = read_with(limits, "x.gz", &gzip(&text));
    assert_eq!(summary.rejected, 1);
    assert!(reasons(&records)[0].contains("more than 10000 bytes"));
}

#[test]
fn damage_keeps_what_came_before() {
    let list: Vec<u8> = (0..4_000_u32)
        .flat_map(|n| format!("{:08x}.example\n", n.wrapping_mul(2_654_435_761)).into_bytes())
        .collect();
    let whole = gzip(&tar(&[("a.txt", b"192.0.2.1\n"), ("b.txt", &list), ("c.txt", b"192.0.2.2\n")]));
    let (records, summary) = read("x.tar.gz", &whole[..whole.len() / 2]);
    assert!(summary.accepted > 1_000);
    assert_eq!(reasons(&records).len(), 1);
    assert!(reasons(&records)[0].contains("damaged or cut short"), "{:?}", reasons(&records));

    let mut broken = zip(&[member("a.txt", &list), member("b.txt", b"192.0.2.2\n")]);
    broken[2_000] ^= 0xff;
    let (records, summary) = read("x.zip", &broken);
    assert!(summary.rejected >= 1);
    assert_eq!(records.last().map(|record| record.place.file.as_str()), Some("x.zip!/b.txt"));

    let cut = xz(&list);
    assert_eq!(read("x.xz", &cut[..cut.len() - 40]).1.rejected, 1);
}

#[test]
fn what_is_not_opened_says_so() {
    let locked = Member { flags: 1, ..member("a.txt", b"192.0.2.1\n") };
    let packed = Member { method: 93, ..member("b.txt", b"192.0.2.2\n") };
    let (records, summary) = read("x.zip", &zip(&[locked, packed, member("c.txt", b"192.0.2.3\n")]));
    assert_eq!((summary.accepted, summary.rejected), (1, 2));
    assert!(reasons(&records)[0].contains("encrypted"));
    assert!(reasons(&records)[1].contains("method 93"));
    let unknown_size = Member { method: 0, flags: 8, ..member("a.txt", b"192.0.2.1\n") };
    assert_eq!(read("x.zip", &zip(&[unknown_size, member("b", b"192.0.2.1\n")])).1.rejected, 2);
    assert!(reasons(&read("x.7z", b"7z\xbc\xaf\x27\x1c\0\x04").0)[0].contains("7-Zip"));
}

#[test]
fn names_of_members_are_shown_without_control_characters() {
    let (records, _) = read("x.tar", &tar(&[("../a\x1b[2J\n.txt", b"192.0.2.1\n")]));
    assert_eq!(records[0].place.file, "x.tar!/../a\u{fffd}[2J\u{fffd}.txt");
}

#[test]
fn a_failing_input_ends_the_import_and_a_receiver_may_stop_it() {
    struct Fails<'a>(&'a [u8]);
    impl Read for Fails<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            match self.0.read(into)? {
                0 => Err(io::Error::other("the disk is gone")),
                count => Ok(count),
            }
        }
    }
    let intake = Intake::new(settings(Limits::default()), Arc::new(Atlas::empty()));
    let packed = gzip(b"192.0.2.1\n192.0.2.2\n");
    for input in [&b"192.0.2.1\n"[..], &packed[..packed.len() - 1]] {
        let done = intake.read("x", &mut Fails(input), &mut |_| ControlFlow::Continue(()));
        assert!(matches!(done, Err(ReadError::Input(_))), "{done:?}");
    }
    let done = intake.read("x", &mut &packed[..], &mut |_| ControlFlow::Break(()));
    assert!(matches!(done, Err(ReadError::Stopped(_))));
}

#[test]
fn an_archive_cut_inside_a_member_says_so() {
    let whole = tar(&[("a.txt", b"192.0.2.1\n"), ("b.txt", b"192.0.2.2\n192.0.2.3\n")]);
    let (records, summary) = read("x.tar", &whole[..3 * 512 + 10]);
    assert_eq!((summary.accepted, summary.rejected), (2, 1));
    assert!(reasons(&records)[0].contains("cut short"), "{:?}", reasons(&records));
    // Without the last member's padding and the blocks of zeros nothing is missing.
    let (_, summary) = read("x.tar", &whole[..3 * 512 + 20]);
    assert_eq!((summary.accepted, summary.rejected), (3, 0));
}

#[test]
fn sizes_beyond_all_bounds_do_no_harm() {
    let mut archive = tar(&[("a.txt", b"192.0.2.1\n")]);
    archive.truncate(1024);
    let mut header = tar_header("b.txt", 0, b'0');
    header[124..136].copy_from_slice(b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    archive.extend(header);
    archive.extend(b"192.0.2.2\n");
    let (records, summary) = read("x.tar", &archive);
    assert_eq!((summary.accepted, summary.rejected), (2, 1), "{:?}", reasons(&records));

    let mut archive = zip(&[Member { method: 0, ..member("a.txt", b"192.0.2.1\n") }]);
    archive[18..22].fill(0xff);
    archive[28..30].copy_from_slice(&20u16.to_le_bytes());
    let extra = [&[1, 0, 16, 0][..], &[0xff; 16]].concat();
    archive.splice(35..35, extra);
    assert!(read("x.zip", &archive).1.rejected > 0);
}

#[test]
fn a_damaged_header_of_zip_is_not_taken_for_the_directory() {
    let mut archive = zip(&[member("a.txt", b"192.0.2.1\n"), member("b.txt", b"192.0.2.2\n")]);
    let second = archive.windows(4).rposition(|bytes| bytes == b"PK\x03\x04").expect("two members");
    archive[second] = b'X';
    let (records, summary) = read("x.zip", &archive);
    assert_eq!((summary.accepted, summary.rejected), (1, 1));
    assert!(reasons(&records)[0].contains("no zip header"), "{:?}", reasons(&records));
}
