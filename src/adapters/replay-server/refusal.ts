/**
 * Holds how a call is refused: with the sentence that Tetragon says then.
 * In: that sentence. Out: an error that the server turns into the gRPC code UNKNOWN, as Go's server
 * does with an error that names no code.
 */
export class Refusal extends Error {}
