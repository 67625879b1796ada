"""Controls in the visual language: buttons, chips, cards, strips, tables, banners."""
