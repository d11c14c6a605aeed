//! Filters and paging (TAXII 2.1 section 3.4).

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequestParts, Path, Query};
use entente_model::{Kind, ObjectId};
use entente_store::exchange::VersionMatch;
use jiff::Timestamp;

use super::next::Question;
use super::refusal::Refusal;
use crate::app::exchange::taxii::page::Wanted;

/// The variable parts of an address.
#[derive(FromRequestParts)]
#[from_request(via(Path), rejection(Refusal))]
pub(super) struct Name<T>(pub(super) T);

impl From<PathRejection> for Refusal {
    fn from(_: PathRejection) -> Refusal {
        Refusal::not_found("address")
    }
}

/// What follows `?`, in order.
#[derive(FromRequestParts)]
#[from_request(via(Query), rejection(Refusal))]
pub(super) struct Pairs<T>(pub(super) T);

impl From<QueryRejection> for Refusal {
    fn from(_: QueryRejection) -> Refusal {
        Refusal::bad_request("What follows `?` in the address cannot be read.")
    }
}

/// Which filters an address knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// A whole collection: all of them.
    Collection,
    /// One object: not which, nor of what type.
    Object,
    /// The versions of one object: neither those nor which version.
    Versions,
}

/// What is asked for.
#[derive(Debug)]
pub(super) struct Filter {
    /// What is wanted; `None` when nothing can be: an id that is none, a standard that is not spoken.
    pub(super) wanted: Option<Wanted>,
    /// The question, for the next page.
    pub(super) question: Question,
}

/// The text of the parameters that there can be.
#[derive(Debug, Default)]
struct Asked {
    added_after: Option<String>,
    limit: Option<String>,
    next: Option<String>,
    id: Option<String>,
    kind: Option<String>,
    version: Option<String>,
    spec_version: Option<String>,
}

impl Filter {
    /// Reads the parameters of a question to `address`, which names collection and endpoint. Parameters that the standard does not
    /// have are left alone, as HTTP does; a filter that does not belong here is an error, because to pass over it would answer more than
    /// was asked for.
    pub(super) fn read(
        pairs: Vec<(String, String)>,
        scope: Scope,
        address: &[&str],
    ) -> Result<Filter, Refusal> {
        let asked = Asked::read(pairs, scope)?;
        let question = asked.question(address);
        let added_after = asked.added_after.as_deref().map(time).transpose()?;
        let after = asked.next.as_deref().map(|next| question.place(next)).transpose()?;
        let limit = asked.limit.as_deref().map(limit).transpose()?;
        let versions = asked.version.as_deref().map_or(Ok(Vec::new()), versions)?;
        let versions = if scope == Scope::Versions { vec![VersionMatch::All] } else { versions };
        let (ids, types) = (asked.ids(), asked.types());
        let spoken = asked.spec_version.as_deref().is_none_or(|asked| list(asked).any(|one| one == "2.1"));
        let wanted = ids.filter(|_| spoken).map(|ids| Wanted {
            added_after: after.or(added_after),
            ids,
            types,
            versions,
            limit,
            bytes: None,
        });
        Ok(Filter { wanted, question })
    }
}

impl Asked {
    fn read(pairs: Vec<(String, String)>, scope: Scope) -> Result<Asked, Refusal> {
        let mut asked = Asked::default();
        for (name, value) in pairs {
            let (place, known) = match name.as_str() {
                "added_after" => (&mut asked.added_after, true),
                "limit" => (&mut asked.limit, true),
                "next" => (&mut asked.next, true),
                "match[id]" => (&mut asked.id, scope == Scope::Collection),
                "match[type]" => (&mut asked.kind, scope == Scope::Collection),
                "match[version]" => (&mut asked.version, scope != Scope::Versions),
                "match[spec_version]" => (&mut asked.spec_version, true),
                other if other.starts_with("match[") => return Err(unknown(other)),
                _ => continue,
            };
            if !known {
                return Err(unknown(&name));
            }
            if place.replace(value).is_some() {
                let how = format!("`{name}` stands twice: write several values as one list with commas.");
                return Err(Refusal::bad_request(how));
            }
        }
        Ok(asked)
    }

    /// All but the limit, which clients change from page to page, and the place.
    fn question(&self, address: &[&str]) -> Question {
        let texts = [&self.added_after, &self.id, &self.kind, &self.version, &self.spec_version];
        // What is not asked for is not the same as what is asked for empty.
        let parts = texts.into_iter().flat_map(|text| match text {
            Some(text) => ["1", text.as_str()],
            None => ["0", ""],
        });
        Question::of(address.iter().copied().chain(parts))
    }

    /// `None` when objects are named and none of the names is one.
    fn ids(&self) -> Option<Vec<ObjectId>> {
        let Some(asked) = &self.id else { return Some(Vec::new()) };
        let ids: Vec<ObjectId> = list(asked).filter_map(|id| id.parse().ok()).collect();
        (!ids.is_empty()).then_some(ids)
    }

    fn types(&self) -> Vec<Kind> {
        self.kind.as_deref().map_or(Vec::new(), |kinds| list(kinds).map(Kind::from_name).collect())
    }
}

fn unknown(name: &str) -> Refusal {
    Refusal::bad_request(format!("There is no filter `{name}` at this address."))
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim)
}

fn time(text: &str) -> Result<Timestamp, Refusal> {
    text.parse().map_err(|_| {
        Refusal::bad_request("`added_after` is no time: write it as 2026-03-01T09:30:00.000000Z.".to_owned())
    })
}

fn limit(text: &str) -> Result<usize, Refusal> {
    match text.parse::<u64>() {
        Ok(limit) if limit > 0 => Ok(usize::try_from(limit).unwrap_or(usize::MAX)),
        _ => Err(Refusal::bad_request("`limit` is a whole number above 0.")),
    }
}

fn versions(text: &str) -> Result<Vec<VersionMatch>, Refusal> {
    let one = |text: &str| match text {
        "last" => Ok(VersionMatch::Last),
        "first" => Ok(VersionMatch::First),
        "all" => Ok(VersionMatch::All),
        time => time.parse().map(VersionMatch::At).map_err(|_| {
            let how = "`match[version]` is a list of `last`, `first` and times, or `all`.";
            Refusal::bad_request(how)
        }),
    };
    list(text).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)], scope: Scope) -> Result<Filter, Refusal> {
        let pairs = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Filter::read(pairs.collect(), scope, &["collection", "objects"])
    }

    fn wanted(query: &[(&str, &str)]) -> Option<Wanted> {
        read(query, Scope::Collection).expect("a question").wanted
    }

    #[test]
    fn lists_are_read() {
        let id = "malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
        let ids = format!("{id}, nonsense");
        let version = "last,2026-03-01T09:30:00.000Z";
        let query =
            [("match[id]", ids.as_str()), ("match[type]", "malware,tool"), ("match[version]", version)];
        let wanted = wanted(&query).expect("something");
        assert_eq!(wanted.ids, [id.parse().expect("an id")]);
        assert_eq!(wanted.types, [Kind::Malware, Kind::Tool]);
        let at = "2026-03-01T09:30:00Z".parse().expect("a time");
        assert_eq!(wanted.versions, [VersionMatch::Last, VersionMatch::At(at)]);
    }

    #[test]
    fn what_cannot_be_there_is_nothing_and_not_everything() {
        assert!(wanted(&[("match[id]", "nonsense")]).is_none());
        assert!(wanted(&[("match[spec_version]", "2.0")]).is_none());
        assert!(wanted(&[("match[spec_version]", "2.0,2.1")]).is_some());
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        let wrong = [
            ("limit", "0"),
            ("limit", "-1"),
            ("limit", "ten"),
            ("added_after", "yesterday"),
            ("match[version]", "newest"),
            ("match[colour]", "red"),
            ("next", "5"),
        ];
        for query in wrong {
            assert!(read(&[query], Scope::Collection).is_err(), "{query:?}");
        }
        assert!(read(&[("limit", "1"), ("limit", "2")], Scope::Collection).is_err());
        assert!(read(&[("match[type]", "tool")], Scope::Object).is_err());
        assert!(read(&[("match[version]", "all")], Scope::Versions).is_err());
        assert!(read(&[("pretty", "true")], Scope::Collection).is_ok());
    }

    #[test]
    fn the_next_page_is_of_the_same_question() {
        let time: Timestamp = "2026-03-01T09:30:00Z".parse().expect("a time");
        let tools = [("match[type]", "tool")];
        let next = read(&tools, Scope::Collection).expect("a question").question.after(time);
        let again = [("match[type]", "tool"), ("limit", "7"), ("next", next.as_str())];
        assert_eq!(wanted(&again).expect("something").added_after, Some(time));
        assert!(read(&[("next", &next)], Scope::Collection).is_err());
        assert!(read(&[("match[type]", "malware"), ("next", &next)], Scope::Collection).is_err());
    }
}
