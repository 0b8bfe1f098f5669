"""What `make` needs before it can do anything: Python packages, pages, a browser."""
