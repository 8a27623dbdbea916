// Package analytics keeps what people did with a library's assets and answers how much of it there was.
//
// A library's folder holds an append-only log, events/00000001.jsonl and so on, one event a line, and
// beside it usage.duckdb, a projection of that log. What always holds:
//
//   - An event is acknowledged when its line is on disk in the log. The log alone is the truth: usage.duckdb
//     may be deleted at any time and is built anew at the next Open, as it is when its format is another one.
//   - DuckDB takes events from the log together with the place in the log reached, in one transaction. So
//     every acknowledged event is in it exactly once, wherever the process was killed.
//   - An event that comes again is counted as a duplicate and dropped. It is known by its id, among the last half a million
//     events and among all events of the day (UTC) on which it occurred.
//   - The id of an actor is replaced by a pseudonym before anything is written, unless it has the form of one already. The key that the
//     pseudonyms are made with is the file key beside the log; it stands in no export.
//   - Times are kept in UTC, to the microsecond.
//   - Events are taken back, for a person or for their age, by blanks written over their lines; DuckDB drops their rows in the same step, which is
//     ended at the next Open wherever the process was killed. Lines never move.
//   - What does not count, bots, repeated views, counters, is kept and left out when a report is made. So it does not matter when the rules came or in which
//     order the events did.
//   - A report counts an event once per group, however many paths of a hierarchy lead from it to the group.
//     Its totals count each event once, so the groups of a hierarchy add up to more than the totals.
//   - A report sees all events acknowledged before it was asked for, and one state of them from start to end.
//   - An own question (Ask) is answered by another process, which has copies of the tables of ShownTables and no way to anything else.
//   - One process writes. A second one that opens the folder is told so.
//
// # Tables
//
// names has a row for each text that events hold, by kind: what a number of a table below stands for. 0 is the empty text.
//
//	kind          UTINYINT   what the text is: the constants kindType and so on
//	number        INTEGER    from 1 in each kind
//	hash          UBIGINT    XXH64 of text
//	text          VARCHAR
//
// events has a row for each event. Where no type is given, a column is a number of names of the kind of its own name, and 0
// is none.
//
//	seq           BIGINT     from 1, in the order of the log
//	id_hash       UBIGINT    XXH64 of the event's id
//	log_file      INTEGER    where the event's line stands in the log:
//	log_offset    BIGINT       file, offset of its first byte,
//	log_bytes     INTEGER      length with the line end
//	type                     one of semdex.EventTypes
//	occurred_at   TIMESTAMP  UTC
//	received_at   TIMESTAMP  UTC
//	asset                    the asset as the event named it
//	rendition
//	query         UBIGINT    XXH64 of the query_id: the answer that the event came from; 0 is none
//	position      INTEGER    rank of the hit in it, from 1; 0 is none
//	q, lang                  the words of a search and their language
//	words                    q with case folded and blanks brought together, of the kind of q
//	total         BIGINT     hits of a search; NULL where not told
//	concepts                 URIs that the search named, sorted, joined by a line feed
//	actor                    pseudonym of who acted
//	actor_type, business_unit
//	session       UBIGINT    XXH64 of the session_id; 0 is none
//	client                   name of the reporting program
//	integration              kind of the reporting program
//	region, campaign, audience, channel, intended_use
//	                         these keys of the context
//	context                  the rest of the context, as JSON
//	amount        BIGINT     of value, in ten-thousandths; NULL where there is none
//	currency                 in capital letters
//	weight        BIGINT     the event's count, 1 where it has none
//	source
//	found         UTINYINT   0 not told, 1 by text, 2 by expansion
//	told          UTINYINT   what a search told of its expansion: 0 nothing, 1 that it was or was not expanded, 2 that this added something
//	added                    URIs that expansion added to a search, like concepts
//	filters                  of a search, as JSON
//
// expanded has a row for each hit that only expansion found, as the search itself told: its query and asset as in events.
//
// past has the sums of events that are no longer kept: month (12:00 UTC of its first day), type, asset, region, campaign, concepts and source as in
// events, weight (of all of them together) and last (when the last of them occurred).
//
// applied has one row: version (of this format), file and bytes (how far in the log events reaches), count
// (number of the last row of events), past (which writing of past.jsonl the table past has).
//
// # Parquet files
//
// usage.duckdb.parquet holds files of the tables that ShownTables describes, for own questions and for exports: events in parts of about a
// million, the others for one state of the library, and asset_names (given, id) for the names of assets that are not their ids. They are
// made when they are first wanted, and thrown away by the next process.
package analytics
