//! The graph of this node: the index file mapped into memory, the tail kept up with the store, compaction.
//!
//! The store is the truth; the index is a view of it, and can be thrown away. There is one way in which edges
//! reach the graph, [`World::catch_up`]: after a commit of ours, after a commit of another process, and at
//! start, so what heals a crash is what runs all day.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use entente_graph::{Edge, Filter, Graph, HubReason, Index, KindSet, Mark, Snapshot, Vertex};
use entente_model::{ClaimNo, CompartmentSet, Kind, LinkKind, Selector, VertexNo};
use entente_store::{Store, StoredEdge};
use memmap2::Mmap;

use super::lists::Lists;

/// Edges in the tail from which compaction is worth it, however small the index.
const WORTHWHILE: u64 = 100_000;

/// Links that say a thing is known to be shared, and why.
pub(super) const SHARED: [(&str, HubReason); 3] = [
    (LISTED_IN, HubReason::Warninglist),
    (LISTED_WITH_SUBDOMAINS, HubReason::Warninglist),
    ("sinkholed-by", HubReason::Sinkhole),
];

/// Links from a value to a list it stands on; with the second, a name stands for all below it.
const LISTED_IN: &str = "listed-in";
const LISTED_WITH_SUBDOMAINS: &str = "listed-with-subdomains";

/// The graph, and where its index is kept.
pub(crate) struct World {
    graph: Graph,
    folder: PathBuf,
    /// Taken while edges are brought over or the index is replaced: one at a time, in claim order.
    following: Mutex<Following>,
}

/// What lists say of things within: see [`Lists`].
#[derive(Default)]
struct Following {
    /// Everything listed; read from the graph when the first new thing is compared with it.
    all: Option<Lists>,
    /// Listed since the things known before were compared with it.
    fresh: Lists,
    /// How many removals the graph has followed.
    removals: u64,
    /// Everything known was compared, and no index holds what was found.
    unwritten: bool,
}

impl World {
    /// Opens the newest index of the data folder and brings the tail up to the store.
    pub(crate) fn open(data: &Path, store: &Store) -> anyhow::Result<World> {
        let folder = data.join("graph");
        let known = ClaimNo(store.extent()?.claims_end.0.saturating_sub(1));
        let index = newest_index(&folder, known).unwrap_or_else(Index::empty);
        let world = World { graph: Graph::new(index), folder, following: Mutex::default() };
        world.catch_up(store)?;
        Ok(world)
    }

    /// The graph as it is now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.graph.snapshot()
    }

    /// Brings over what the store has beyond the last claim of the graph.
    pub(crate) fn catch_up(&self, store: &Store) -> anyhow::Result<()> {
        let mut following = self.following();
        let snapshot = self.graph.snapshot();
        let reached = store.extent()?;
        if reached.removals > following.removals {
            // What no longer shows first: edges that are read now are without it already.
            self.graph.remove(&store.removed_claims(following.removals)?);
            following.removals = reached.removals;
        }
        if reached.claims_end.0 <= snapshot.last_claim().0 + 1 {
            return Ok(());
        }
        let edges: Vec<StoredEdge> =
            store.scan_edges(ClaimNo(snapshot.last_claim().0 + 1))?.collect::<Result<_, _>>()?;
        // Read after the edges, so every vertex an edge names is among them.
        let vertices = self.new_vertices(store, &snapshot)?;
        let last = edges.last().map_or(ClaimNo(0), |edge| edge.claim).max(ClaimNo(reached.claims_end.0 - 1));
        let marks = marks(&store.link_kinds()?, &edges);
        // Before the graph moves on: what is not taken up now is not read again.
        following.list(store, &edges)?;
        self.graph.append(&vertices, edges.iter().map(edge).collect(), last)?;
        self.graph.mark(&marks);
        self.compare_new(store, &mut following, &snapshot)
    }

    /// Marks what is new and lies within something listed.
    fn compare_new(&self, store: &Store, following: &mut Following, before: &Snapshot) -> anyhow::Result<()> {
        let all = match &mut following.all {
            Some(all) => all,
            unread => unread.insert(listed(store, &self.graph.snapshot())?),
        };
        let mut marks = Vec::new();
        if !all.is_empty() {
            let (vertex, claim) = (VertexNo(before.vertices()), ClaimNo(before.last_claim().0 + 1));
            let mut compare = |vertex, value: &Selector| marks.extend(within(all, vertex, value));
            store.each_new_place(vertex, claim, &mut compare)?;
        }
        self.graph.mark(&marks);
        if before.vertices() == 0 {
            // Everything there is was new.
            following.unwritten |= !following.fresh.is_empty();
            following.fresh = Lists::default();
        }
        Ok(())
    }

    /// Compares everything known with what was listed since this was last done: one reading of all addresses and names,
    /// however much was listed.
    fn compare_known(&self, store: &Store, following: &mut Following) -> anyhow::Result<()> {
        if following.fresh.is_empty() {
            return Ok(());
        }
        let mut marks = Vec::new();
        store.each_place(&mut |vertex, value| marks.extend(within(&following.fresh, vertex, value)))?;
        self.graph.mark(&marks);
        following.fresh = Lists::default();
        following.unwritten = true;
        Ok(())
    }

    fn following(&self) -> MutexGuard<'_, Following> {
        self.following.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_vertices(&self, store: &Store, known: &Snapshot) -> anyhow::Result<Vec<(VertexNo, Vertex)>> {
        let kinds: HashMap<Kind, u16> = store.kinds()?.into_iter().zip(0..).collect();
        store
            .scan_vertices(VertexNo(known.vertices()))?
            .map(|vertex| {
                let (no, kind) = vertex?;
                let kind = kinds.get(&kind).copied().unwrap_or(Vertex::UNKNOWN.kind);
                Ok((no, Vertex { kind }))
            })
            .collect()
    }

    /// Does what trails commits: compares what was known with what was listed since, and sorts the tail into a new index
    /// when it has grown past a tenth of it, or when the marks that were found would otherwise have to be found again at
    /// the next start. An index is never written without them: its claims are not read again.
    pub(crate) fn tend(&self, store: &Store) -> anyhow::Result<()> {
        let (snapshot, unwritten) = {
            let mut following = self.following();
            self.compare_known(store, &mut following)?;
            (self.graph.snapshot(), std::mem::take(&mut following.unwritten))
        };
        let grown = snapshot.tail_edges() >= WORTHWHILE.max(snapshot.index().edges() / 10);
        if unwritten || grown { self.compact(&snapshot) } else { Ok(()) }
    }

    fn compact(&self, snapshot: &Snapshot) -> anyhow::Result<()> {
        fs::create_dir_all(&self.folder)?;
        // One at a time, of all processes on this folder: two would write over each other's unfinished file. Who comes
        // second keeps their tail a little longer. The lock ends with the file, however the process ends.
        let turn = File::create(self.folder.join("turn"))?;
        if turn.try_lock().is_err() {
            return Ok(());
        }
        let built = snapshot.build()?;
        let path = self.folder.join(file_name(snapshot.last_claim()));
        let unfinished = path.with_extension("tmp");
        let mut file = BufWriter::new(File::create(&unfinished)?);
        built.write(&mut file)?;
        file.flush()?;
        file.get_ref().sync_all()?;
        drop(built);
        // A crash before this line leaves a `.tmp` that nobody opens; after it, a whole index.
        fs::rename(&unfinished, &path)?;
        let index = open_index(&path)?;
        {
            let _following = self.following();
            self.graph.replace(index, snapshot)?;
        }
        self.remove_older(snapshot.last_claim())
    }

    /// Removes the indexes before this one. Who has one mapped keeps it until they let go.
    fn remove_older(&self, newest: ClaimNo) -> anyhow::Result<()> {
        for (claim, path) in index_files(&self.folder) {
            let removed = if claim < newest { fs::remove_file(&path) } else { Ok(()) };
            // Another process may have been quicker.
            match removed {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("`{}` cannot be removed", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn edge(stored: &StoredEdge) -> Edge {
    let StoredEdge { source, target, kind, compartment, at, claim } = *stored;
    Edge { source, target, kind: kind.0, compartment, at, claim }
}

impl Following {
    /// Takes up what new claims list.
    fn list(&mut self, store: &Store, edges: &[StoredEdge]) -> anyhow::Result<()> {
        let names = store.link_kinds()?;
        let name = |edge: &StoredEdge| names.get(usize::from(edge.kind.0)).map(AsRef::as_ref);
        let listing = |edge: &&StoredEdge| matches!(name(edge), Some(LISTED_IN | LISTED_WITH_SUBDOMAINS));
        let listed = edges.iter().filter(listing);
        let listed =
            listed.map(|edge| (edge.source, name(edge) == Some(LISTED_WITH_SUBDOMAINS), edge.compartment));
        let listed: Vec<_> = listed.collect();
        let vertices: Vec<_> = listed.iter().map(|(vertex, ..)| *vertex).collect();
        let values: HashMap<_, _> = store.values_of(&vertices)?.into_iter().collect();
        for (vertex, below, compartment) in listed {
            if let Some(value) = values.get(&vertex) {
                self.fresh.add(value, below, compartment);
                if let Some(all) = &mut self.all {
                    all.add(value, below, compartment);
                }
            }
        }
        Ok(())
    }
}

/// Everything that is listed: what the lists, which are marked as shared themselves, are linked to.
fn listed(store: &Store, graph: &Snapshot) -> anyhow::Result<Lists> {
    let mut lists = Lists::default();
    let names = store.link_kinds()?;
    let number = |wanted: &str| (0..).zip(&names).find(|(_, name)| *name == wanted).map(|(number, _)| number);
    let (plain, with_subdomains) = (number(LISTED_IN), number(LISTED_WITH_SUBDOMAINS));
    let kinds: KindSet = [plain, with_subdomains].into_iter().flatten().collect();
    let grouping = (0..).zip(store.kinds()?).find(|(_, kind)| *kind == Kind::Grouping);
    let Some((grouping, _)) = grouping else { return Ok(lists) };
    let all = CompartmentSet::all();
    let filter = Filter { link_kinds: Some(kinds), ..Filter::seeing(&all) };
    for list in graph.marked(grouping) {
        let (links, _) = graph.links(list, &filter, 0, usize::MAX);
        let vertices: Vec<_> = links.iter().map(|link| link.source).collect();
        let values: HashMap<_, _> = store.values_of(&vertices)?.into_iter().collect();
        for link in links {
            if let Some(value) = values.get(&link.source) {
                lists.add(value, Some(link.kind) == with_subdomains, link.compartment);
            }
        }
    }
    Ok(lists)
}

/// The marks of a thing that lies within something listed.
fn within(lists: &Lists, vertex: VertexNo, value: &Selector) -> impl Iterator<Item = (VertexNo, Mark)> {
    let reason = HubReason::Warninglist;
    lists.covering(value).into_iter().map(move |compartment| (vertex, Mark { reason, compartment }))
}

/// What new claims say is shared by people who have nothing to do with each other: what is on a list, and the
/// list, which would join everything on it.
fn marks(names: &[LinkKind], edges: &[StoredEdge]) -> Vec<(VertexNo, Mark)> {
    let reason = |edge: &StoredEdge| {
        let name = names.get(usize::from(edge.kind.0))?;
        SHARED.iter().find(|(kind, _)| name == kind).map(|(_, reason)| *reason)
    };
    let both = |edge: &StoredEdge| {
        let mark = Mark { reason: reason(edge)?, compartment: edge.compartment };
        Some([(edge.source, mark), (edge.target, mark)])
    };
    edges.iter().filter_map(both).flatten().collect()
}

fn file_name(last: ClaimNo) -> String {
    format!("{:010}.index", last.0)
}

/// Index files by the last claim they cover, newest first.
fn index_files(folder: &Path) -> Vec<(ClaimNo, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "index"))
        .filter_map(|path| Some((ClaimNo(path.file_stem()?.to_str()?.parse().ok()?), path)))
        .collect();
    files.sort_by(|a, b| b.cmp(a));
    files
}

/// The newest index that opens and does not know more than the store. One that does not is left out with a
/// warning: the tail is read from the store instead, which is slower and just as right.
fn newest_index(folder: &Path, known: ClaimNo) -> Option<Index> {
    for (claim, path) in index_files(folder) {
        if claim > known {
            tracing::warn!(index = %path.display(), "the graph index is ahead of the claims; it is left out");
            continue;
        }
        match open_index(&path) {
            Ok(index) => return Some(index),
            Err(error) => tracing::warn!(index = %path.display(), %error, "the graph index is left out"),
        }
    }
    None
}

fn open_index(path: &Path) -> anyhow::Result<Index> {
    let file = File::open(path)?;
    #[expect(
        unsafe_code,
        reason = "a mapping is only sound while nobody changes the file: indexes are written under another \
                  name, renamed when whole, and never written again"
    )]
    let map = unsafe { Mmap::map(&file)? };
    Ok(Index::from_bytes(map)?)
}
