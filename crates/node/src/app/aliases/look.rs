//! Comparing what one viewer may see.

use entente_graph::aliases::{Choice, Entry, Kind as Sort, Proposal, Proposer};
use entente_model::{CompartmentSet, Kind, VertexNo};
use entente_store::AsOf;
use jiff::Timestamp;

use super::entries::{COMPARED, entry};
use super::{AliasReasonView, AliasView, LEAST, NamedView, OF_EACH, Pair, Proposed, SORTS};
use crate::app::lens::Lens;
use crate::app::view::Count;
use crate::app::{App, AppError};

/// Things compared of one sort, at most: those told last. About sixty pairs are looked at for each.
const MOST: usize = 20_000;

/// Things of one sort, and what is told of each.
#[derive(Default)]
struct Told {
    vertices: Vec<VertexNo>,
    entries: Vec<Entry>,
    not_read: usize,
}

impl App {
    /// What is proposed in these compartments.
    pub(super) fn aliases_in(
        &self,
        compartments: &CompartmentSet,
        now: Timestamp,
    ) -> Result<Proposed, AppError> {
        let lens = self.lens_of(compartments, AsOf::Now)?;
        let mut proposed = Proposed { made_at: now, pairs: Vec::new(), compared: Vec::new(), not_read: 0 };
        for (sort, kinds) in COMPARED {
            let told = read(&lens, kinds, &mut proposed.compared)?;
            proposed.not_read += told.not_read as u64;
            let proposer = Proposer::new(sort, &told.entries, &Choice::default());
            let likely = proposer.propose(LEAST);
            let pairs = likely.into_iter().take(OF_EACH).map(|proposal| pair(&lens, sort, &told, proposal));
            proposed.pairs.extend(pairs.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()?);
        }
        proposed.pairs.sort_by(|one, other| other.view.probability.total_cmp(&one.view.probability));
        Ok(proposed)
    }
}

fn read(lens: &Lens<'_>, kinds: &[Kind], compared: &mut Vec<Count>) -> Result<Told, AppError> {
    let mut vertices = Vec::new();
    for kind in kinds {
        vertices.extend(lens.view.of_kind(kind, None, usize::MAX)?);
    }
    // Vertices are numbered as they come.
    vertices.sort_unstable();
    let not_read = vertices.len().saturating_sub(MOST);
    let mut told = Told { not_read, ..Told::default() };
    let mut counts = vec![0; kinds.len()];
    for vertex in vertices.into_iter().skip(not_read) {
        let Some(entry) = entry(lens, vertex)? else { continue };
        if let Some(id) = lens.view.id(vertex)? {
            kinds.iter().zip(&mut counts).filter(|(kind, _)| *kind == id.kind()).for_each(|(_, n)| *n += 1);
        }
        told.vertices.push(vertex);
        told.entries.push(entry);
    }
    let counts = kinds.iter().zip(counts).filter(|(_, count)| *count > 0);
    compared.extend(counts.map(|(kind, count)| Count { name: kind.to_string(), count }));
    Ok(told)
}

/// A proposal with both things; `None` when one of them went meanwhile.
fn pair(lens: &Lens<'_>, sort: Sort, told: &Told, proposal: Proposal) -> Result<Option<Pair>, AppError> {
    let named = |place: usize| {
        let thing = lens.summaries(&[told.vertices[place]])?.pop();
        let names = told.entries[place].names.clone();
        Ok::<_, AppError>(thing.map(|thing| NamedView { thing, names }))
    };
    let Proposal { one, other, probability, reasons } = proposal;
    let (Some(this), Some(that)) = (named(one)?, named(other)?) else { return Ok(None) };
    let reasons = reasons
        .into_iter()
        .map(|reason| AliasReasonView { text: reason.ground.to_string(), bits: reason.bits });
    let view = AliasView {
        sort: SORTS[sort as usize],
        probability,
        one: this,
        other: that,
        reasons: reasons.collect(),
        judgements: Vec::new(),
    };
    Ok(Some(Pair { vertices: [told.vertices[one], told.vertices[other]], view }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sort_goes_by_its_name() {
        let names = COMPARED.map(|(sort, _)| (SORTS[sort as usize], format!("{sort:?}").to_lowercase()));
        assert!(names.iter().all(|(name, word)| *name == word), "{names:?}");
    }
}
