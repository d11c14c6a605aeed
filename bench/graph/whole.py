#!/usr/bin/env python3
"""Asks one peer for groups or betweenness of the graph that `bench whole DIR` made, and prints one JSON object.

    python3 -m venv DIR/venv && DIR/venv/bin/pip install networkit numpy     # NetworKit: Leiden
    apt-get install python3-graph-tool                                       # graph-tool: betweenness
    cargo xtask bench groups

What is timed is the peer's work alone, on a graph it has already loaded, undirected, parallel edges kept. Ours includes reading the
index through the viewer's filter."""
import json, os, sys, time
import numpy as np

folder, peer = sys.argv[1:3]
questions = json.load(open(os.path.join(folder, "queries.json")))
src, dst = (np.fromfile(os.path.join(folder, name), dtype="<u4") for name in ("src", "dst"))


def timed(work):
    start, cpu = time.perf_counter(), time.process_time()
    answer = work()
    return answer, {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}


if peer == "networkit":
    import networkit as nk
    nk.setNumberOfThreads(os.cpu_count())
    g = nk.GraphFromCoo((src.astype(np.uint64), dst.astype(np.uint64)), n=questions["n"], directed=False)
    leiden = nk.community.ParallelLeiden(g, iterations=3, randomize=False)
    _, told = timed(leiden.run)
    told["quality"] = nk.community.Modularity().getQuality(leiden.getPartition(), g)
else:
    import graph_tool.all as gt
    g = gt.Graph(directed=False)
    g.add_vertex(questions["n"])
    g.add_edge_list(np.column_stack([src, dst]).astype(np.int64))
    (scores, _), told = timed(lambda: gt.betweenness(g, pivots=questions["seeds"]))
    told["first"] = int(np.argmax(scores.a))
print(json.dumps(told))
