"""Where the figures of docs/benchmarks.md come from. Every one has a baseline in the same run."""
