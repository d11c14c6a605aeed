//! Writing a range, book by book.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use crate::background::{Background, hubs};
use crate::book::Book;
use crate::enterprise::{self, Enterprise, Planned, Shape};
use crate::pages::{Entry, Pages};
use crate::party::Part;
use crate::record::{Record, Seconds};
use crate::settings::{Settings, SettingsError};
use crate::sink::Sink;
use crate::thing::{Sort, Thing};
use crate::truth::{Counted, Truth, id_of};
use crate::world::{Counts, DAY, World, iso};
use crate::writer::{BUFFER, Writer};

/// A range that can be written, any number of times, always the same.
#[derive(Debug)]
pub struct Range {
    pub(crate) settings: Settings,
    pub(crate) world: World,
    pub(crate) enterprises: Vec<Enterprise>,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Made {
    /// Records of all parties, a STIX statement of three objects being one.
    pub events: u64,
    /// Each file of a party.
    pub files: Vec<MadeFile>,
}

/// One file of a party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MadeFile {
    /// Its path in the range.
    pub path: String,
    /// The party.
    pub party: &'static str,
    /// How many of the range's events it holds.
    pub events: u64,
    /// How many records of its format: lines but for a heading, objects, events, messages, transactions.
    pub records: u64,
}

impl Range {
    /// Decides who is in the world and what is said of the enterprises; writes nothing yet.
    pub fn new(settings: Settings) -> Result<Range, SettingsError> {
        settings.check()?;
        let world = world(&settings);
        let shape = Shape { scale: settings.scale(), wrong_permille: settings.wrong_permille };
        let enterprises = enterprise::all(&world, settings.enterprises, shape);
        Ok(Range { settings, world, enterprises })
    }

    /// Writes the files of all parties, `world.json`, `truth.json`, and the lists of ids.
    pub fn generate(&self, sink: &mut dyn Sink) -> io::Result<Made> {
        let botnets = self.botnets();
        let background = self.background(&botnets);
        let ordinary = self.ordinary();
        let mut writing = Writing {
            sink,
            background,
            made: Made { events: 0, files: Vec::new() },
            counted: Counted::default(),
            wrong: Vec::new(),
            uninvolved: Vec::new(),
        };
        let mut wrong = writing.sink.create("wrong.ids")?;
        let mut uninvolved = writing.sink.create("uninvolved.ids")?;
        for book in Book::ALL {
            writing.book(*book, self.of(*book), book.of(ordinary), &mut [&mut wrong, &mut uninvolved])?;
        }
        wrong.flush()?;
        uninvolved.flush()?;
        let Writing { made, counted, .. } = writing;
        self.say_what_is(sink, &made)?;
        self.say_what_is_true(sink, counted)?;
        Ok(made)
    }

    /// Writes what came to be in a time, in seconds since 1970 UTC: a file of each book that has anything of it. Times that follow one
    /// another give every record once, and in other files the same as [`Range::generate`].
    pub fn within(&self, time: &std::ops::Range<Seconds>, sink: &mut dyn Sink) -> io::Result<Vec<MadeFile>> {
        let botnets = self.botnets();
        let background = self.background(&botnets);
        let mut made = Vec::new();
        for book in Book::ALL {
            let all = Pages::all(*book, &background, self.of(*book), book.of(self.ordinary()));
            let pages = all.within(time);
            let count = pages.len();
            if count == 0 {
                continue;
            }
            let mut file = Writer::begin(sink, Part { book: *book, number: 0, count, at: time.end })?;
            for (place, entry) in (0..).zip(pages) {
                match &entry {
                    Entry::Planned(Planned { record, .. }) | Entry::Ordinary(record, _) => {
                        file.put(record, place)?;
                    }
                }
            }
            made.push(file.end()?);
        }
        Ok(made)
    }

    /// The first moment that is watched and the one after the last, in seconds since 1970 UTC.
    pub fn watched(&self) -> std::ops::Range<Seconds> {
        self.world.start..self.world.end()
    }

    /// How many records ordinary life leaves behind.
    pub(crate) fn ordinary(&self) -> u64 {
        let planned: u64 = self.enterprises.iter().map(|enterprise| enterprise.planned.len() as u64).sum();
        self.settings.size.saturating_sub(planned)
    }

    pub(crate) fn botnets(&self) -> Vec<(String, String)> {
        self.enterprises.iter().flat_map(|enterprise| enterprise.botnets.clone()).collect()
    }

    pub(crate) fn background<'a>(&'a self, botnets: &'a [(String, String)]) -> Background<'a> {
        Background { world: &self.world, botnets, wrong_permille: self.settings.wrong_permille }
    }

    /// What is planned for a book, in the order of its moments.
    fn of(&self, book: Book) -> Vec<&Planned> {
        let all = self.enterprises.iter().flat_map(|enterprise| &enterprise.planned);
        let mut planned: Vec<&Planned> = all.filter(|planned| planned.book == book).collect();
        planned.sort_by_key(|planned| planned.record.at());
        planned
    }

    fn say_what_is(&self, sink: &mut dyn Sink, made: &Made) -> io::Result<()> {
        let world = json!({
            "format": "entente/range-world/v1",
            "seed": self.settings.seed,
            "size": self.settings.size,
            "events": made.events,
            "enterprises": self.settings.enterprises,
            "wrong_permille": self.settings.wrong_permille,
            "start": iso(self.world.start),
            "end": iso(self.world.end()),
            "files": made.files,
        });
        let mut out = sink.create("world.json")?;
        writeln!(out, "{world:#}")?;
        out.flush()
    }

    fn say_what_is_true(&self, sink: &mut dyn Sink, counted: Counted) -> io::Result<()> {
        let hubs = hubs(&self.world);
        let truth = Truth { settings: &self.settings, enterprises: &self.enterprises, hubs: &hubs };
        let mut out = io::BufWriter::new(sink.create("truth.json")?);
        truth.write(&mut out, counted)?;
        out.flush()
    }
}

/// How many there are of each: as many as have a record, and fewer where each has many.
fn world(settings: &Settings) -> World {
    let share = |book: Book| book.of(settings.size);
    let domains = share(Book::RegistrarRdap).max(60);
    let counts = Counts {
        accounts: share(Book::BankAccounts).max(40),
        domains,
        servers: (domains / 3).max(40),
        wallets: (share(Book::ExchangeWallets) / 4).max(30),
        machines: (share(Book::CompanySinkhole) / 3).max(100),
    };
    let span = i64::from(settings.days) * DAY;
    World { seed: settings.seed, start: settings.start, span, counts }
}

/// The writing of all books.
struct Writing<'a> {
    sink: &'a mut dyn Sink,
    background: Background<'a>,
    made: Made,
    counted: Counted,
    wrong: Vec<u8>,
    uninvolved: Vec<u8>,
}

impl Writing<'_> {
    /// Ordinary records in the order of their moments, and those of enterprises where theirs come.
    fn book(
        &mut self,
        book: Book,
        planned: Vec<&Planned>,
        ordinary: u64,
        lists: &mut [&mut Box<dyn Write>; 2],
    ) -> io::Result<()> {
        let background = self.background;
        let mut pages = Pages::all(book, &background, planned, ordinary);
        let mut part = 0;
        loop {
            let left = pages.len();
            let size = if book.part() == 0 { left } else { left.min(book.part()) };
            let mut file = Writer::begin(
                self.sink,
                Part { book, number: part, count: size, at: background.world.end() },
            )?;
            for (place, entry) in (0..size).zip(pages.by_ref()) {
                match entry {
                    Entry::Planned(planned) => file.put(&planned.record, place)?,
                    Entry::Ordinary(record, wrong) => {
                        self.note(book, &record, wrong);
                        self.spill(lists, BUFFER)?;
                        file.put(&record, place)?;
                    }
                }
            }
            self.spill(lists, 0)?;
            self.made.events += size;
            self.made.files.push(file.end()?);
            part += 1;
            if left == size {
                return Ok(());
            }
        }
    }
}

impl Writing<'_> {
    /// Notes what is wrong, and whose personal things a holder's or a customer's record tells.
    fn note(&mut self, book: Book, record: &Record, wrong: bool) {
        if wrong {
            self.counted.wrong += 1;
            self.wrong.extend(id_of(book, record).as_bytes());
            self.wrong.push(b'\n');
        }
        let named = match record {
            Record::Holding(holding) => {
                [(Sort::Iban, &holding.iban), (Sort::Phone, &holding.phone), (Sort::Email, &holding.email)]
            }
            Record::Customer(customer) => [
                (Sort::Wallet, &customer.address),
                (Sort::Phone, &customer.phone),
                (Sort::Email, &customer.email),
            ],
            _ => return,
        };
        for (sort, value) in named {
            self.counted.uninvolved += 1;
            writeln!(self.uninvolved, "{}", Thing::new(sort, value.as_str()).id()).unwrap_or_default();
        }
    }

    /// Hands the lists on when they are longer than `most` bytes.
    fn spill(&mut self, [wrong, uninvolved]: &mut [&mut Box<dyn Write>; 2], most: usize) -> io::Result<()> {
        for (list, out) in [(&mut self.wrong, wrong), (&mut self.uninvolved, uninvolved)] {
            if list.len() > most {
                out.write_all(list)?;
                list.clear();
            }
        }
        Ok(())
    }
}
