/**
 * Holds scans and settings in SQLite: one row a key, the last one counts.
 * In: records. Out: the same again.
 */
import type { ScanStore, SettingStore } from "../../ports/store.ts";
import { type Session, toColumn } from "./session.ts";

export function createSqliteScans(session: Session): ScanStore {
  const put = "INSERT OR REPLACE INTO scan (image, body) VALUES (?, ?)";
  return {
    put: async (record) => {
      const body = JSON.stringify(record);
      session.write(() => session.prepare(put).run(toColumn(record.image), body));
    },
    all: async () => {
      const rows = session.read(() => session.prepare("SELECT body FROM scan").all());
      return rows.map(({ body }) => session.decode(body));
    },
    drop: async (image) => {
      const drop = "DELETE FROM scan WHERE image = ?";
      session.write(() => session.prepare(drop).run(toColumn(image)));
    },
  };
}

export function createSqliteSettings(session: Session): SettingStore {
  const put = "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)";
  const find = "SELECT value FROM setting WHERE key = ?";
  return {
    get: async (key) => {
      const row = session.read(() => session.prepare(find).get(toColumn(key)));
      return row && session.decodeColumn(row["value"]);
    },
    set: async (key, value) => {
      session.write(() => session.prepare(put).run(toColumn(key), toColumn(value)));
    },
  };
}
