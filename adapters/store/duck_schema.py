"""Tables of the DuckDB store, and the views that read like InfluxDB's measurements."""

VERSION = 1
"""Raised with every change of the tables; a file of another version is refused, not guessed at."""

BACKUP_FILE = "readings.duckdb"
"""A backup's only file, itself a store that can be opened."""

TABLES = """
CREATE TABLE layout (version INTEGER);
CREATE TABLE series (
  id INTEGER, site VARCHAR, building VARCHAR, point VARCHAR, quantity VARCHAR, measurement VARCHAR
);
CREATE TABLE reading (
  series INTEGER, ts BIGINT, value DOUBLE, quality TINYINT, received BIGINT
);
CREATE TABLE use (series INTEGER, ts BIGINT, value DOUBLE, state TINYINT, revision INTEGER);
CREATE TABLE band (series INTEGER, ts BIGINT, low DOUBLE, mid DOUBLE, high DOUBLE);
CREATE TABLE mark (
  measurement VARCHAR, site VARCHAR, building VARCHAR, id VARCHAR, ts BIGINT, fields VARCHAR
);
"""

VIEWS = """
CREATE VIEW tagged AS
  SELECT id AS series, site, building, point, quantity, measurement FROM series;
CREATE VIEW readings AS
  SELECT epoch_ms(ts) AS time, site, building, point, quantity, value, quality, received,
    measurement
  FROM reading JOIN tagged USING (series);
CREATE VIEW gauge AS SELECT * EXCLUDE measurement FROM readings WHERE measurement = 'gauge';
CREATE VIEW register AS SELECT * EXCLUDE measurement FROM readings WHERE measurement = 'register';
CREATE VIEW state AS SELECT * EXCLUDE measurement FROM readings WHERE measurement = 'state';
CREATE VIEW command AS SELECT * EXCLUDE measurement FROM readings WHERE measurement = 'command';
CREATE VIEW interval AS
  SELECT epoch_ms(ts) AS time, site, building, point, quantity, value, state, revision
  FROM use JOIN tagged USING (series);
CREATE VIEW expected AS
  SELECT epoch_ms(ts) AS time, site, building, point, quantity, low, mid, high
  FROM band JOIN tagged USING (series);
"""
