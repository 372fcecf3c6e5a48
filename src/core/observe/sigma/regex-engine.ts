/**
 * Holds what rules need of an engine for regular expressions.
 * In: nothing. Out: types only; the engine is given from outside and must take time linear in the
 * text, for both patterns and texts are other people's.
 */

export interface CompiledRegex {
  /** Whether it matches anywhere in the text. */
  test(text: string): boolean;
}

export interface RegexFlags {
  readonly ignoreCase: boolean;
  /** `^` and `$` match at each line. */
  readonly multiLine: boolean;
  /** `.` matches the end of a line too. */
  readonly dotAll: boolean;
}

export interface RegexEngine {
  /** **Errors**: a text that says why the pattern cannot be had. */
  compile(pattern: string, flags: RegexFlags): CompiledRegex | string;
}
