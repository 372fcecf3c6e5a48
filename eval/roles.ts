/**
 * Measures roles against the known ones. In: runs. Out: rows of a table, and each mistake.
 * Roles of low confidence are hints and count as neither right nor wrong.
 */
import type { ContextRun } from "./context-truth.ts";

export const roleHead: readonly string[] = [
  "| | workloads | precision | recall | of them high |",
  "|---|--:|--:|--:|--:|",
];

export function roleRow({ name, pairs }: ContextRun): string {
  const told = pairs.flatMap(({ truth, said }) =>
    said.roles
      .filter(({ confidence }) => confidence !== "low")
      .map(({ role, confidence }) => ({
        isRight: truth.roles.includes(role) || truth.also.includes(role),
        isHigh: confidence === "high",
      })),
  );
  const wanted = pairs.flatMap(({ truth, said }) =>
    truth.roles.map((role) =>
      said.roles.some((one) => one.role === role && one.confidence !== "low"),
    ),
  );
  const right = told.filter(({ isRight }) => isRight);
  const cells = [
    name,
    pairs.length,
    percent(right.length, told.length),
    percent(wanted.filter((found) => found).length, wanted.length),
    percent(right.filter(({ isHigh }) => isHigh).length, right.length),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** One line each. */
export function roleMistakes({ pairs }: ContextRun): readonly string[] {
  return pairs.flatMap(({ truth, said }) => {
    const sure = said.roles.filter(({ confidence }) => confidence !== "low");
    const names = sure.map(({ role }) => role as string);
    const missing = truth.roles.filter((role) => !names.includes(role));
    const wrong = names.filter((one) => !truth.roles.includes(one) && !truth.also.includes(one));
    return [
      ...missing.map((role) => `- ${truth.container}: is ${role}, not said`),
      ...wrong.map((role) => `- ${truth.container}: said to be ${role}`),
    ];
  });
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}
