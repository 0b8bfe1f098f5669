"""What the mall can do with orders, a file a verb. Each runs inside the caller's transaction."""
