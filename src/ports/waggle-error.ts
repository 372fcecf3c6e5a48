/**
 * Holds the error that is thrown when the world failed, and the closed table of its codes.
 * In: a code, a sentence. Out: an error whose code decides the exit status and the docs.
 * Must never carry a secret, or untrusted text that is not quoted.
 */

/**
 * Code → exit status of the command line and what a person should do. `docs/errors.md` is
 * generated.
 */
export const errorCodes = {
  usage: { exit: 2, help: "The command line is wrong; `--help` shows what it takes." },
  "config-invalid": { exit: 2, help: "Mend the named line and key of the configuration file." },
  "file-not-found": { exit: 3, help: "Check the path; patterns are expanded by the shell." },
  "file-unreadable": { exit: 3, help: "Check the rights of the file, or that it is whole." },
  "file-not-written": {
    exit: 3,
    help: "Check rights and free space; nothing was left half-written.",
  },
  "input-unsupported": { exit: 4, help: "Make the document with a supported tool or version." },
  "input-too-large": { exit: 4, help: "Split the input, or leave out what the message names." },
  "tool-missing": {
    exit: 5,
    help: "Install the named tool, or scan elsewhere and pass its output.",
  },
  "tool-failed": { exit: 5, help: "Run the shown command by hand to see all of its output." },
  "not-found": {
    exit: 6,
    help: "Check the spelling; where names are near, the message lists them.",
  },
  "connection-failed": {
    exit: 7,
    help: "Check the address, that the server runs, and that this user may reach it.",
  },
  "tetragon-refused": { exit: 7, help: "Tetragon answered and said no: read what it says." },
  "address-in-use": { exit: 7, help: "Choose another address, or stop what listens there." },
  "delivery-failed": { exit: 7, help: "Check the address of the sink and what it answers." },
  "state-locked": {
    exit: 8,
    help: "Another waggle uses this state directory: stop it, or choose another directory.",
  },
  "state-too-new": {
    exit: 8,
    help: "A newer waggle wrote this state: use that version, or another directory.",
  },
  "state-too-old": {
    exit: 8,
    help: "Start or restart `waggle run` of this version: it brings the state up to date.",
  },
  "state-damaged": {
    exit: 8,
    help: "Move the named file away to begin anew, or bring back a copy of it.",
  },
  "state-conflict": {
    exit: 8,
    help: "Two writers of one name, or an old copy of the state: give each its own.",
  },
  "workflow-failed": {
    exit: 9,
    help: "Read what the named step says; `waggle workflow show` tells what it is given.",
  },
  "disk-full": { exit: 8, help: "Free space, or lower the limits of archive and retention." },
} as const;

export type ErrorCode = keyof typeof errorCodes;

export class WaggleError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "WaggleError";
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
