"""Which files of a data folder are which table: listing, layouts, footers, partition keys, Delta and Iceberg."""
