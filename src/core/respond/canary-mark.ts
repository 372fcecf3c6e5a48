/**
 * Holds the marks by which a canary's doings are known among all others.
 * In: a token that nobody else uses. Out: its argument and its file.
 * Must never hold anything that a shell or a terminal could take for more than a word.
 */

/** What the file of a canary ends with: policies of paths watch it beside their own. */
export const canaryEnding = "/waggle-canary";

const argumentPrefix = "waggle-canary=";
const tokenShape = /waggle-canary=([0-9a-z]{8,32})(?![0-9a-z])/;

/** **Shape**: one word: `waggle-canary=TOKEN`. */
export function canaryArgument(token: string): string {
  return argumentPrefix + token;
}

/** The token in the arguments of a process; undefined when it is no canary. */
export function canaryToken(commandArguments: string): string | undefined {
  return commandArguments.includes(argumentPrefix)
    ? tokenShape.exec(commandArguments)?.[1]
    : undefined;
}
