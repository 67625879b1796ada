"""Plans on paper: the preview, PDF and pictures, all painted from one layout."""
