//! Readers for each outside format: hostile bytes to drafts of claims, pure and streaming.
