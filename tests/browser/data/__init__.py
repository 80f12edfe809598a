"""The data that are asked about: seen, brought along, not the sample's."""
