// Package api is the door through which clients read a library over HTTP and report its use: it decodes a
// request, checks the key, calls the library and encodes the answer.
//
// What a route takes, answers and asks of a key stands once, in a table (route). The same table routes
// requests, reads and checks their parameters, and makes the OpenAPI document, so the three cannot differ.
//
// What always holds: a parameter that no one knows is an error, never ignored. Every error is a problem
// document (RFC 9457) with a stable code. A key that may not see an asset gets the same answer as for one
// that does not exist. Lists in answers are never null. Neither a key nor the words of a query are written
// to the log at level info or below a failure. The engine that routes (gin) and the one that describes
// schemas (huma) are known here alone, and no exported name bears their types.
package api
