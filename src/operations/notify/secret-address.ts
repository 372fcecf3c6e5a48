/**
 * Holds telling an address that is a secret from one that is not.
 * In: an address as written. Out: whether whoever reads it could use it as the owner does.
 */

/** Services where the path alone gives access. */
const secretHosts = [
  ...["hooks.slack.com", "hooks.slack-gov.com", "webhook.office.com", "discord.com"],
  ...["discordapp.com", "chat.googleapis.com", "logic.azure.com", "hooks.zapier.com"],
];

const secretKeys = /token|key|secret|sig|passw|auth|code|credential/i;

/** Letters and digits without a word in them: what machines make. */
const longRandom = /^(?=.*\d)[A-Za-z0-9_-]{24,}$/;

/** Of what is no address nothing is known: false. */
export function holdsSecret(text: string): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  if (url.username !== "" || url.password !== "") return true;
  if (secretHosts.some((host) => isWithin(url.hostname, host))) return true;
  if ([...url.searchParams.keys()].some((key) => secretKeys.test(key))) return true;
  return [...url.pathname.split("/"), ...url.searchParams.values()].some((part) =>
    longRandom.test(part),
  );
}

function isWithin(name: string, host: string): boolean {
  return name === host || name.endsWith(`.${host}`);
}
