#!/usr/bin/env python3
"""Fits the weights of a round of crates/graph/src/organisation/calibrate.rs by logistic regression (Newton's method); needs numpy.

    who features 10000 1 60 30 0 > a.csv; who features 10000 1 60 100 0 > b.csv; who features 1000000 1 8 30 0 > c.csv
    python3 bench/who/fit.py a.csv b.csv c.csv

The last number of `who features` is the round, from 0: a round is fitted when those before it stand there. Prints the weights as they
stand there. Each file counts the same, however many things are in it; in a file answers from all seeds count three times, those of one
party half."""
import csv, sys

import numpy

WEIGHTS = {"all": 3.0, "one": 1.0, "alo": 0.5}


def read(path):
    """What is weighed, in which regime, whether it is right, and how much it counts."""
    terms, right, counts = [], [], []
    for _, _, name, _, is_right, is_seed, *of in csv.reader(open(path)):
        if is_seed == "0":
            terms.append(numpy.array(of, dtype=float))
            right.append(int(is_right))
            counts.append(WEIGHTS[name[:3]])
    terms, right, counts = numpy.array(terms), numpy.array(right), numpy.array(counts)
    return terms[:, :-2], terms[:, -2:], right, counts * 10_000 / (counts * right).sum()


def fit(x, right, counts, rounds=25, ridge=1e-2):
    weights = numpy.zeros(x.shape[1])
    for _ in range(rounds):
        said = 1 / (1 + numpy.exp(-numpy.clip(x @ weights, -30, 30)))
        slope = x.T @ (counts * (right - said)) - ridge * weights
        curve = (x * (counts * said * (1 - said))[:, None]).T @ x + ridge * numpy.eye(x.shape[1])
        weights += numpy.linalg.solve(curve, slope)
    return weights


def main():
    terms, regime, right, counts = map(numpy.concatenate, zip(*map(read, sys.argv[1:])))
    weights = fit(numpy.hstack([terms, terms * regime[:, :1], terms * regime[:, 1:]]), right, counts)
    print(len(right), "things")
    for name, of in zip(("all", "alone", "sources"), numpy.split(weights, 3)):
        lines = [", ".join(f"{weight:.3f}" for weight in of[start:start + 10]) for start in range(0, len(of), 10)]
        print(f"        {name}: [", *(f"            {line}," for line in lines), "        ],", sep="\n")


main()
