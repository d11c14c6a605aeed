//! Tables: which column holds what, and the indicators of a row.

use entente_model::HashAlgorithm;

use super::cell::{Sort, Unread, digest_of, is_empty, recognised};
use super::finding::Finding;
use super::origin::Subject;
use super::prose;

/// What one column holds.
#[derive(Clone, Debug, PartialEq)]
enum Role {
    /// A word for the sort of the value beside it.
    Type,
    /// A value of this sort. `exact` when the column's name says nothing else: then a wrong value is an error.
    Value {
        sort: Sort,
        exact: bool,
        group: String,
    },
    Description,
    Reference,
    Family,
    Date,
    /// MISP's mark of indicators that detect.
    ToIds,
    /// Text that belongs to the row, under the column's name.
    Other(String),
    /// Numbers of somebody's database.
    Ignored,
}

/// How the rows of a table are read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table {
    delimiter: char,
    roles: Vec<Role>,
}

/// What a row holds.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Row {
    pub(super) findings: Vec<Finding>,
    pub(super) description: Option<String>,
    pub(super) references: Vec<String>,
    pub(super) subject: Option<Subject>,
    pub(super) since: Option<String>,
    /// Why there is no finding.
    pub(super) unread: Option<Unread>,
    /// The row describes the file.
    pub(super) of_file: Option<String>,
}

const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

const TYPES: [&str; 8] = [
    "type",
    "indicatortype",
    "ioctype",
    "kind",
    "attributetype",
    "typeofindicator",
    "observabletype",
    "valuetype",
];
const DESCRIPTIONS: [&str; 17] = [
    "description",
    "desc",
    "note",
    "notes",
    "comment",
    "comments",
    "context",
    "details",
    "detail",
    "info",
    "information",
    "remark",
    "remarks",
    "title",
    "tags",
    "name",
    "label",
];
const REFERENCES: [&str; 6] = ["reference", "references", "source", "sources", "report", "permalink"];
const FAMILIES: [&str; 7] =
    ["malware", "malwarefamily", "family", "malwareprintable", "malwarename", "signature", "threatname"];
const DATES: [&str; 9] = [
    "date",
    "firstseen",
    "firstseenutc",
    "dateadded",
    "timestamp",
    "firstseendate",
    "datefirstseen",
    "seen",
    "time",
];
const IGNORED: [&str; 6] = ["uuid", "eventid", "id", "filesize", "size", "no"];

impl Table {
    /// The table that begins at the head of a text, and the line its header stands in, from 0. `None` for a
    /// text that is no table.
    pub(super) fn of(head: &str) -> Option<(Table, Option<usize>)> {
        let mut lines = head.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let mut comments = Vec::new();
        let (number, first) = lines.by_ref().find(|(number, line)| {
            let comment = line.trim().strip_prefix('#').map(str::trim);
            comments.extend(comment.map(|comment| (*number, comment)));
            comment.is_none()
        })?;
        let first = first.trim_start_matches('\u{feff}');
        let rows: Vec<&str> = std::iter::once(first).chain(lines.map(|(_, line)| line).take(20)).collect();
        if rows.len() > 1
            && let Some(table) = Table::of_typed_rows(&rows)
        {
            return Some((table, None));
        }
        if let Some(table) = Table::from_header(first, None) {
            return Some((table, Some(number)));
        }
        // A header in the comments counts when the first row has as many cells.
        let header =
            comments.iter().rev().take(20).find_map(|(number, comment)| {
                Some((Table::from_header(comment, Some(first))?, Some(*number)))
            });
        if header.is_some() {
            return header;
        }
        Table::of_typed_rows(&rows).map(|table| (table, None))
    }

    fn from_header(line: &str, row: Option<&str>) -> Option<Table> {
        DELIMITERS
            .into_iter()
            .filter(|delimiter| line.contains(*delimiter))
            .filter_map(|delimiter| {
                let cells = split(line, delimiter);
                let fits = row.is_none_or(|row| split(row, delimiter).len() == cells.len());
                fits.then(|| roles(&cells)).flatten().map(|roles| Table { delimiter, roles })
            })
            .max_by_key(|table| table.roles.len())
    }

    /// Rows that begin with a word for the sort of what follows: `MD5,…`.
    fn of_typed_rows(rows: &[&str]) -> Option<Table> {
        let typed = |line: &str, delimiter| {
            let cells = split(line, delimiter);
            let sort = Sort::of_word(&cells[0]);
            cells.len() > 1 && sort.is_some_and(|sort| sort != Sort::Any)
        };
        let delimiter = [',', ';', '\t'].into_iter().find(|delimiter| typed(rows[0], *delimiter))?;
        let agreeing = rows.iter().filter(|line| typed(line, delimiter)).count();
        let value = Role::Value { sort: Sort::Any, exact: true, group: String::new() };
        (agreeing * 10 >= rows.len() * 8)
            .then(|| Table { delimiter, roles: vec![Role::Type, value, Role::Description] })
    }

    /// True when the line ends within a quoted cell.
    pub(super) fn is_open(&self, text: &str) -> bool {
        let starts_quoted = text.starts_with('"') || text.contains(&format!("{}\"", self.delimiter));
        starts_quoted && text.matches('"').count() % 2 == 1
    }

    /// Reads one row.
    pub(super) fn row(&self, text: &str) -> Row {
        let cells = split(text, self.delimiter);
        let mut row = Row::default();
        let mut notes = Vec::new();
        let mut digests: Vec<(&str, Vec<(HashAlgorithm, String)>)> = Vec::new();
        let typed = self.cell(&cells, |role| *role == Role::Type);
        let telling = self
            .cell(&cells, |role| *role == Role::ToIds)
            .is_none_or(|mark| !["0", "false", "no"].contains(&mark.to_ascii_lowercase().as_str()));
        if let Some(word) = typed
            && Sort::of_word(word) == Some(Sort::Unselective("description row"))
        {
            let rest = cells.iter().filter(|cell| cell.as_str() != word).map(String::as_str);
            row.of_file = Some(rest.collect::<Vec<_>>().join(" "));
            row.unread = Some(Unread::Excluded("description row"));
            return row;
        }
        for (index, cell) in cells.iter().enumerate() {
            let cell = cell.trim();
            let role = self.roles.get(index).unwrap_or(&Role::Description);
            match role {
                Role::Type | Role::ToIds | Role::Ignored => {}
                _ if is_empty(cell) => {}
                Role::Description => notes.push(cell.to_owned()),
                Role::Other(name) => notes.push(format!("{name}: {cell}")),
                Role::Reference if cell.contains("://") => row.references.push(cell.to_owned()),
                Role::Reference => notes.push(cell.to_owned()),
                Role::Family => row.subject = Some(Subject::Family(cell.to_owned(), None)),
                Role::Date => row.since = date(cell),
                Role::Value { sort, exact, group } => {
                    let typed = typed.filter(|_| *sort == Sort::Any);
                    match value(cell, *sort, typed) {
                        Ok(findings) => {
                            for finding in findings {
                                match digest_of(&finding) {
                                    Some((algorithm, digest)) if typed.is_none() => {
                                        add_digest(&mut digests, group, algorithm, digest);
                                    }
                                    _ => row.findings.push(finding),
                                }
                            }
                        }
                        Err(unread) => {
                            notes.push(cell.to_owned());
                            let class = Unread::Excluded(prose::NO_INDICATOR);
                            row.unread =
                                Some(if *exact { unread } else { row.unread.take().unwrap_or(class) });
                        }
                    }
                }
            }
        }
        let files = digests.into_iter().map(|(_, digests)| Finding::file(digests));
        row.findings.splice(0..0, files);
        for finding in &mut row.findings {
            finding.telling &= telling;
        }
        row.description = (!notes.is_empty()).then(|| super::provenance::clip(&notes.join("; ")));
        row
    }

    fn cell<'r>(&self, cells: &'r [String], wanted: impl Fn(&Role) -> bool) -> Option<&'r str> {
        let index = self.roles.iter().position(wanted)?;
        cells.get(index).map(|cell| cell.trim())
    }
}

/// Digests of one file stand in one row under one group; the same algorithm twice is two files.
fn add_digest<'g>(
    digests: &mut Vec<(&'g str, Vec<(HashAlgorithm, String)>)>,
    group: &'g str,
    algorithm: HashAlgorithm,
    digest: &str,
) {
    let entry = (algorithm, digest.to_owned());
    let open = digests
        .iter_mut()
        .find(|(known, of_file)| *known == group && of_file.iter().all(|(known, _)| *known != algorithm));
    match open {
        Some((_, of_file)) => of_file.push(entry),
        None => digests.push((group, vec![entry])),
    }
}

/// The findings of a cell: it as a whole, or what is in it.
fn value(cell: &str, sort: Sort, typed: Option<&str>) -> Result<Vec<Finding>, Unread> {
    let sort = match typed {
        None => sort,
        Some(word) => match Sort::of_word(word) {
            Some(sort) => sort,
            None => {
                let found = recognised(cell).map(|finding| vec![finding]);
                return found.ok_or(Unread::Excluded("indicator type without a selector"));
            }
        },
    };
    match sort.read(cell) {
        Ok(finding) => Ok(vec![finding]),
        Err(Unread::Wrong(reason)) => {
            let each: Vec<Finding> =
                cell.lines().flat_map(|line| prose::extract(line.trim()).findings).collect();
            if each.is_empty() { Err(Unread::Wrong(reason)) } else { Ok(each) }
        }
        Err(unread) => Err(unread),
    }
}

/// What the columns of a header hold; `None` when it is no header.
fn roles(cells: &[String]) -> Option<Vec<Role>> {
    let cells: Vec<&str> = cells.iter().map(|cell| cell.trim()).collect();
    if cells.len() < 2 || cells.iter().any(|cell| !is_header_cell(cell)) {
        return None;
    }
    let names: Vec<String> = cells.iter().map(|cell| plain(cell)).collect();
    let has = |wanted: &[&str]| names.iter().any(|name| wanted.contains(&name.as_str()));
    // `Indicator,Data,Note`: the indicator is a type word where something else is the value.
    let indicator_is_type = !has(&TYPES) && has(&["indicator"]) && has(&["data", "value"]);
    let roles: Vec<Role> = cells
        .iter()
        .zip(&names)
        .map(|(cell, name)| match indicator_is_type && name == "indicator" {
            true => Role::Type,
            false => role(cell, name),
        })
        .collect();
    let values = roles.iter().filter(|role| matches!(role, Role::Value { .. })).count();
    let known = roles.iter().filter(|role| !matches!(role, Role::Other(_))).count();
    let no_indicator = cells.iter().all(|cell| cell.is_empty() || recognised(cell).is_none());
    (values > 0 && (known > 1 || values > 1 || has_exact(&roles)) && no_indicator).then_some(roles)
}

fn is_header_cell(cell: &str) -> bool {
    cell.len() <= 60
        && cell.parse::<f64>().is_err()
        && !cell.contains("://")
        && !cell.contains(['*', '[', '<', '=', '\\', '@'])
}

fn has_exact(roles: &[Role]) -> bool {
    roles.iter().any(|role| matches!(role, Role::Value { exact: true, .. }))
}

fn plain(cell: &str) -> String {
    cell.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn role(cell: &str, name: &str) -> Role {
    let is = |wanted: &[&str]| wanted.contains(&name);
    match () {
        () if name.is_empty() => Role::Description,
        () if is(&TYPES) => Role::Type,
        () if is(&["toids"]) => Role::ToIds,
        () if is(&FAMILIES) => Role::Family,
        () if is(&DESCRIPTIONS) => Role::Description,
        () if is(&REFERENCES) => Role::Reference,
        () if is(&DATES) => Role::Date,
        () if is(&IGNORED) => Role::Ignored,
        () => value_role(cell),
    }
}

/// A column named after a sort of value, or with such a word among others: `Payload Hash`.
fn value_role(cell: &str) -> Role {
    // What only says that there is a value is too weak beside other words.
    let telling =
        |word: &str| Sort::of_word(word).filter(|sort| !matches!(sort, Sort::Any | Sort::Unselective(_)));
    if let Some(sort) = Sort::of_word(cell) {
        return Role::Value { sort, exact: true, group: String::new() };
    }
    let words: Vec<&str> =
        cell.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    match words.iter().rposition(|word| telling(word).is_some()) {
        Some(at) => {
            let group = [&words[..at], &words[at + 1..]].concat().join(" ").to_lowercase();
            let sort = telling(words[at]).unwrap_or(Sort::Any);
            Role::Value { sort, exact: false, group }
        }
        None => Role::Other(cell.to_owned()),
    }
}

/// Cells of a row (RFC 4180): quotes around a cell, doubled inside.
fn split(text: &str, delimiter: char) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = true;
            }
            c if c == delimiter && !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}

/// A date as lists write it, as an RFC 3339 timestamp. Dates without a zone are taken as UTC. Dates whose order
/// of day and month cannot be told are left out.
fn date(text: &str) -> Option<String> {
    let mut text = text.trim().replace('/', "-");
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text = format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]);
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.to_string());
    }
    let text = text.trim_end_matches(" UTC");
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00:00"));
    let time = if time.matches(':').count() == 1 { format!("{time}:00") } else { time.to_owned() };
    let time = format!("{day}T{time}Z").parse::<jiff::Timestamp>().ok()?;
    Some(time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Row> {
        let (table, header) = Table::of(text).expect("a table");
        let rest = text.lines().skip(header.map_or(0, |header| header + 1));
        rest.filter(|line| !line.starts_with('#')).map(|line| table.row(line)).collect()
    }

    fn labels(row: &Row) -> Vec<String> {
        row.findings.iter().map(Finding::label).collect()
    }

    #[test]
    fn types_in_a_column() {
        let text = "\u{feff}Indicator,Data ,Notes\n\
                    Description,A campaign,https://blog.example/post\n\
                    sha256,e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ,\"a, b\"\n\
                    ip,192.0.2.1:44,c2\n\
                    command,cmd.exe /c x,\n\
                    tool_x,evil.example,";
        let rows = rows(text);
        assert_eq!(rows[0].of_file.as_deref(), Some("A campaign https://blog.example/post"));
        assert_eq!(rows[1].description.as_deref(), Some("a, b"));
        assert_eq!(labels(&rows[2]), ["192.0.2.1:44"]);
        assert_eq!(rows[3].unread, Some(Unread::Excluded("command line")));
        assert_eq!(labels(&rows[4]), ["evil.example"]);
    }

    #[test]
    fn digests_of_one_row_are_one_file() {
        let text = "md5, sha1, C2, Malware Family, First Seen\n\
                    d41d8cd98f00b204e9800998ecf8427e, da39a3ee5e6b4b0d3255bfef95601890afd80709, evil.example, Foo, 2024/01/04 10:02";
        let row = &rows(text)[0];
        assert_eq!(row.findings.len(), 2);
        assert_eq!(row.findings[0].selectors().len(), 2);
        assert_eq!(row.subject, Some(Subject::Family("Foo".into(), None)));
        assert_eq!(row.since.as_deref(), Some("2024-01-04T10:02:00Z"));
    }

    #[test]
    fn a_header_may_be_a_comment() {
        let text = "# A feed\n#\n# IP\tnumber of lists\n#\n192.0.2.1\t10\n";
        let row = &rows(text)[0];
        assert_eq!(labels(row), ["192.0.2.1"]);
        assert_eq!(row.description.as_deref(), Some("number of lists: 10"));
    }

    #[test]
    fn rows_without_a_header_may_begin_with_their_type() {
        let rows = rows("URL,http://evil.example/a\nHost,evil.example\n");
        assert_eq!(labels(&rows[1]), ["evil.example"]);
    }

    #[test]
    fn lines_are_no_table() {
        for text in [
            "evil.example\n",
            "http://evil.example/a,0,1\n",
            "# c\na.example, b.example\n",
            "Dear all, hello\n",
        ] {
            assert_eq!(Table::of(text), None, "{text}");
        }
    }
}
