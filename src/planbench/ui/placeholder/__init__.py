"""What stands where a workspace is not built yet."""
