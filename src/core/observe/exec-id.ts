/**
 * Holds what Tetragon's process id says without asking anyone: node, kernel time and pid.
 * In: an `exec_id` as events carry it. Out: its parts, or undefined when it is none.
 * Must never throw: ids are as hostile as any other text.
 */

export interface ExecIdParts {
  readonly node: string;
  /**
   * **Unit**: microseconds since boot at the fork or exec; 0 when Tetragon did not know the
   * process. Of processes listed from /proc the kernel tells it in steps of 10 ms.
   */
  readonly bootUs: number;
  readonly pid: number;
}

/** **Source**: Tetragon `process_id_linux.go`: base64 of `node:nanoseconds:pid`. */
export function readExecId(execId: string): ExecIdParts | undefined {
  if (execId.length === 0 || execId.length > 1024) return undefined;
  const text = decodeBase64(execId);
  const pidAt = text.lastIndexOf(":");
  const timeAt = pidAt <= 0 ? -1 : text.lastIndexOf(":", pidAt - 1);
  if (timeAt < 0) return undefined;
  const time = text.slice(timeAt + 1, pidAt);
  const pid = text.slice(pidAt + 1);
  if (!/^\d{1,20}$/.test(time) || !/^\d{1,10}$/.test(pid)) return undefined;
  // Nanoseconds pass 2^53 after 104 days of uptime: the last three digits go before the number.
  const bootUs = time.length > 3 ? Number(time.slice(0, -3)) : 0;
  return { node: text.slice(0, timeAt), bootUs, pid: Number(pid) };
}

function decodeBase64(text: string): string {
  let decoded = "";
  let bits = 0;
  let held = 0;
  for (let at = 0; at < text.length; at++) {
    const value = sextet(text.charCodeAt(at));
    if (value < 0) break;
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      decoded += String.fromCharCode((held >> bits) & 0xff);
      held &= (1 << bits) - 1;
    }
  }
  return decoded;
}

function sextet(code: number): number {
  if (code >= 65 && code <= 90) return code - 65;
  if (code >= 97 && code <= 122) return code - 71;
  if (code >= 48 && code <= 57) return code + 4;
  if (code === 43 || code === 45) return 62;
  return code === 47 || code === 95 ? 63 : -1;
}
