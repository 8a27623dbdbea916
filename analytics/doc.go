// Package analytics keeps what people did with a library's assets and answers how much of it there was.
//
// A library's folder holds an append-only log, events/00000001.jsonl and so on, one event a line, and
// beside it usage.duckdb, a projection of that log. What always holds:
//
//   - An event is acknowledged when its line is on disk in the log. The log alone is the truth: usage.duckdb
//     may be deleted at any time and is built anew at the next Open, as it is when its format is another one.
//   - DuckDB takes events from the log together with the place in the log reached, in one transaction. So
//     every acknowledged event is in it exactly once, wherever the process was killed.
//   - No two events of a log have the same id. An event that comes again is counted as a duplicate and dropped.
//   - Times are kept in UTC, to the microsecond.
//   - A report counts an event once per group, however many paths of a hierarchy lead from it to the group.
//     Its totals count each event once, so the groups of a hierarchy add up to more than the totals.
//   - A report sees all events acknowledged before it was asked for, and one state of them from start to end.
//   - One process writes. A second one that opens the folder is told so.
//
// # Tables
//
// events has one row for each event; a text that the event does not have is ” and not NULL.
//
//	id            VARCHAR    the event's id, its own or derived from its content
//	id_hash       UBIGINT    FNV-1a of id, to find duplicates by
//	log_file      INTEGER    where the event's line stands in the log:
//	log_offset    BIGINT       file, offset of its first byte,
//	log_bytes     INTEGER      length with the line end
//	type          VARCHAR    one of semdex.EventTypes
//	occurred_at   TIMESTAMP  UTC
//	received_at   TIMESTAMP  UTC
//	asset         VARCHAR    the asset as the event named it
//	rendition     VARCHAR
//	query_id      VARCHAR    the answer that the event came from
//	position      BIGINT     rank of the hit in it, from 1; 0 is none
//	q, lang       VARCHAR    the words of a search and their language
//	total         BIGINT     hits of a search; NULL where not told
//	concepts      VARCHAR    URIs that the search named, sorted, joined by a line feed
//	actor         VARCHAR    pseudonym of who acted
//	actor_type    VARCHAR
//	business_unit VARCHAR
//	session       VARCHAR
//	client        VARCHAR    name of the reporting program
//	integration   VARCHAR    kind of the reporting program
//	region, campaign, audience, channel, intended_use
//	              VARCHAR    these keys of the context
//	context       MAP        the whole context, VARCHAR to VARCHAR; NULL where there is none
//	amount        DOUBLE     of value; NULL where there is none
//	currency      VARCHAR
//	weight        BIGINT     the event's count, 1 where it has none
//	source        VARCHAR
//
// applied has one row: version (of this format), file and bytes (how far in the log events reaches), count
// (rows of events).
package analytics
