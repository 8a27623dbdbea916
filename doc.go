// Package semdex holds the nouns every other room of Semdex speaks of: the asset and its rights, the
// concept, the usage event, and the error that carries a code for programs and a sentence for people.
//
// It imports the standard library only and does no I/O. The JSON of Asset and Event is the form of the
// files a library is read from and exported to, so what this package writes it also reads.
package semdex
