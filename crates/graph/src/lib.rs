//! The link graph: index, live tail, trace, paths, hubs.
