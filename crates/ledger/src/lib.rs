//! An append-only Merkle log (C2SP tiles and checkpoints), its proofs and an offline verifier.
