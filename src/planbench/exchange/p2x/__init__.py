"""ProTrack files: a project with its tracking periods."""
