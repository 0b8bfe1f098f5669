"""What payments do."""
