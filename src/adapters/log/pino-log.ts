/**
 * Holds the log of a service: one JSON object a line on standard error.
 * In: sentences of ours, fields of any origin. Out: lines with time, level, sentence and fields.
 * Must never let control characters or a secret through, nor a field take the place of ours.
 */
import pino from "pino";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { Log, LogFields, LogLevel } from "../../ports/log.ts";

/** **Unit**: UTF-16 code units of one text; texts of one list; fields of one line. */
const limits = { text: 1000, list: 20, fields: 40 };

/** Takes whole lines. */
export interface LineSink {
  write(line: string): void;
}

/** Lines are written at once: those before a crash are the ones that are needed. */
export function createPinoLog(
  level: LogLevel,
  sink: LineSink = pino.destination({ fd: 2, sync: true }),
): Log {
  const logger = pino(
    {
      level,
      // Which process and host it was, whoever runs the service knows.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (name) => ({ level: name }) },
    },
    sink,
  );
  const write =
    (name: LogLevel) =>
    (sentence: string, fields: LogFields = {}): void => {
      if (logger.isLevelEnabled(name)) logger[name](cleanFields(fields), cleanText(sentence));
    };
  return {
    error: write("error"),
    warn: write("warn"),
    info: write("info"),
    debug: write("debug"),
  };
}

const ownKeys = new Set(["level", "time", "msg"]);

function cleanFields(fields: LogFields): Record<string, unknown> {
  const entries = Object.entries(fields);
  const kept = entries.slice(0, limits.fields).map(([key, value]): [string, unknown] => {
    const name = makeVisible(key, 100);
    return [ownKeys.has(name) ? `${name}_` : name, cleanValue(key, value)];
  });
  if (entries.length > kept.length) kept.push(["fieldsLeftOut", entries.length - kept.length]);
  return Object.fromEntries(kept);
}

function cleanValue(key: string, value: LogFields[string]): unknown {
  // How many tokens there are is no secret.
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (namesSecret(key)) return redacted;
  if (typeof value === "string") return cleanText(value);
  const kept = value.slice(0, limits.list).map(cleanText);
  return value.length > kept.length ? [...kept, `… ${value.length - kept.length} more`] : kept;
}

const redacted = "[redacted]";

const secretWords = new RegExp(
  "pass(?:word|wd|phrase)|secret|token|authorization|credential|cookie|bearer|" +
    "(?:api|private|access|signing|client|encryption)[-_.]?key|^key$|[-_.]key$|[a-z]Key$|dsn$",
);

/** By the name of a field; `[a-z]Key` is `tlsKey`, but not `monkey`. */
function namesSecret(key: string): boolean {
  return secretWords.test(key) || secretWords.test(key.toLowerCase());
}

/** Secrets that stand within other texts, in a form that tells them. */
const secretForms: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*-----|$)/g, redacted],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, redacted],
  [/\b(Bearer|Basic) +[\w.~+/=-]{8,}/gi, `$1 ${redacted}`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi, `$1${redacted}@`],
  [/\b((?:pass(?:word|wd)|secret|token|api[-_]?key|sig|signature)=)[^\s&"']+/gi, `$1${redacted}`],
];

function cleanText(text: string): string {
  // Cut first: no pattern may run over a text of any length.
  let cleaned = text.length > limits.text * 4 ? text.slice(0, limits.text * 4) : text;
  for (const [form, instead] of secretForms) cleaned = cleaned.replace(form, instead);
  return makeVisible(cleaned, limits.text);
}
