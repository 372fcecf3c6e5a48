/**
 * Holds the port to the service log: one line an entry, with fields.
 * In: a sentence of ours and fields. Out: nothing. Implemented in `adapters/log/`.
 * Text from outside goes into fields, never into the sentence, and is made visible by the adapter;
 * secrets go nowhere.
 */
export type LogFields = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export const logLevels = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Log {
  error(sentence: string, fields?: LogFields): void;
  warn(sentence: string, fields?: LogFields): void;
  info(sentence: string, fields?: LogFields): void;
  debug(sentence: string, fields?: LogFields): void;
}
