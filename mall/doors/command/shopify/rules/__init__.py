"""What the file means: plain values and plain functions, no files, no database, no clock."""
